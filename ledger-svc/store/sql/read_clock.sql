-- PostgreSQL's clock, read after the locks: entries may not carry an earlier time than the versions before them. One row.
select clock_timestamp()
