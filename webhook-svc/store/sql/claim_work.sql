-- Begins attempts on work that this transaction has locked: generation and attempts as they are from now on, the lease in ms,
-- how many attempts do not count, and whether this one is begun alone. Each row is looked up (offset 0) and then found by its place:
-- a table that was vacuumed while it was empty would be read from end to end. One row, or PB001.
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
    cross join lateral (select k.ctid as place from paybus.work k where k.id = n.id offset 0) as k
    where w.ctid = k.place
    returning 1)
select paybus.require_count((select count(*) from claimed), cardinality($1::uuid[])::bigint, 'work claimed')
