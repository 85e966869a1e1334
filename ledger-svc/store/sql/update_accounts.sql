-- Counters and status of changed accounts, each at the place and version where it was read, in order of id. One row, or
-- PB001. Values that all rows have in common come once, their arrays are NULL then.
with written as (
    update paybus.accounts as a
    set debits_posted   = n.debits_posted,
        credits_posted  = n.credits_posted,
        debits_pending  = coalesce(n.debits_pending, $7),
        credits_pending = coalesce(n.credits_pending, $9),
        version         = n.version,
        last_entry_at   = coalesce(n.last_entry_at, $12),
        status          = coalesce(n.status, $14)
    from (select unnest($1::uuid[]) as id, unnest($2::tid[]) as place, unnest($3::bigint[]) as loaded_version,
                 unnest($4::bigint[]) as debits_posted, unnest($5::bigint[]) as credits_posted,
                 unnest($6::bigint[]) as debits_pending, unnest($8::bigint[]) as credits_pending,
                 unnest($10::bigint[]) as version, unnest($11::timestamptz[]) as last_entry_at,
                 unnest($13::text[]) as status) as n
    where a.ctid = n.place
      and a.id = n.id
      and a.version = n.loaded_version
    returning 1)
select paybus.require_count((select count(*) from written), $15::bigint, 'accounts updated')
