-- How long to wait for another run.
set lock_timeout = '60s'
