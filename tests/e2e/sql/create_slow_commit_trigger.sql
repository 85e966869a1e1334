-- From now on the COMMIT of a transaction described as slow takes a while. No row.
create constraint trigger commit_slowly after insert on paybus.transactions deferrable initially deferred
    for each row when (new.description = 'slow') execute function paybus.commit_slowly()
