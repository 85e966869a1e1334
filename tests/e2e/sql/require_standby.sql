-- From the next reload on a COMMIT waits for the standby of the tests. No row.
alter system set synchronous_standby_names = 'standby'
