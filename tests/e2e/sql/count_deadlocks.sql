-- How many deadlocks PostgreSQL had to break in this database. One row.
select deadlocks
from pg_catalog.pg_stat_database
where datname = current_database()
