-- The file and its row in the history, or neither.
commit
