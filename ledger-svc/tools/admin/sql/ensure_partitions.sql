-- Makes the partitions of the next days. One row: how many were made.
select paybus.ensure_partitions($1::int)
