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
    from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                $8::timestamptz[], $9::text[])
         as n (id, loaded_version, debits_posted, credits_posted, debits_pending, credits_pending, version,
               last_entry_at, status)
    where a.id = any($1::uuid[])
      and a.id = n.id
      and a.version = n.loaded_version
    returning 1)
select paybus.require_count((select count(*) from written), $10::bigint, 'accounts updated')
