-- PostgreSQL's clock. One row.
select clock_timestamp() as now
