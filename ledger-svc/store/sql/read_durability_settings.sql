-- Settings that decide whether a COMMIT survives, or is possible at all, with whether each is acceptable. One row per
-- setting.
select name, setting,
       case name
           when 'synchronous_commit' then setting in ('on', 'remote_apply')
           when 'server_version_num' then setting::int >= 150000
           when 'in_hot_standby' then setting = 'off'
           else setting = 'on'
       end
from pg_catalog.pg_settings
where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'server_version_num', 'in_hot_standby')
order by name
