-- What a file starts with, whatever the file before it had set. DDL that waits for a lock makes everybody else wait
-- behind it: rather give up and try again.
reset all;
set lock_timeout = '2s'
