-- Nothing of the file stays.
rollback
