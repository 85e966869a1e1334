-- Makes every process read the settings again. One row, not read.
select pg_catalog.pg_reload_conf()
