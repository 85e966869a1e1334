-- Counters and status of changed accounts, each guarded by the version that was read. One row, or PB001.
-- "id = any" beside the join keeps the index whatever the statistics of a fresh table say.
with written as (
    update paybus.accounts as a
    set debits_posted   = n.debits_posted,
        credits_posted  = n.credits_posted,
        debits_pending  = n.debits_pending,
        credits_pending = n.credits_pending,
        version         = n.version,
        last_entry_at   = n.last_entry_at,
        status          = n.status
    from (select unnest($1::uuid[]) as id, unnest($2::bigint[]) as loaded_version,
                 unnest($3::bigint[]) as debits_posted, unnest($4::bigint[]) as credits_posted,
                 unnest($5::bigint[]) as debits_pending, unnest($6::bigint[]) as credits_pending,
                 unnest($7::bigint[]) as version, unnest($8::timestamptz[]) as last_entry_at,
                 unnest($9::text[]) as status) as n
    where a.id = any($1::uuid[])
      and a.id = n.id
      and a.version = n.loaded_version
    returning 1)
select paybus.require_count((select count(*) from written), $10::bigint, 'accounts updated')
