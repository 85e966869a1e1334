-- Begins attempts on work that this transaction has locked: generation and attempts as they are from now on, the lease in ms,
-- how many attempts do not count, and whether this one is begun alone. One row, or PB001.
with claimed as (
    update paybus.work as w
    set state           = 'processing',
        generation      = n.generation,
        attempts        = n.attempts,
        lapses          = n.lapses,
        is_alone        = n.is_alone,
        next_attempt_at = null,
        lease_until     = clock_timestamp() + $4::bigint * interval '1 ms',
        enqueued_at     = clock_timestamp(),
        updated_at      = clock_timestamp()
    from (select unnest($1::uuid[]) as id, unnest($2::integer[]) as generation, unnest($3::integer[]) as attempts,
                 unnest($5::integer[]) as lapses, unnest($6::boolean[]) as is_alone) as n
    where w.id = n.id
    returning 1)
select paybus.require_count((select count(*) from claimed), cardinality($1::uuid[])::bigint, 'work claimed')
