-- New deliveries and their work: for the relay, parked ($9) until the sweeper has room for it, or missed. What is there already is
-- left as it is: the stream was rewound. One row: how many are new.
with made as (
    insert into paybus.webhook_deliveries (id, endpoint_id, event_id, event_type, body, created_at)
    select n.id, n.endpoint_id, n.event_id, n.event_type, n.body, clock_timestamp()
    from (select unnest($1::uuid[]) as id, unnest($2::uuid[]) as endpoint_id, unnest($3::uuid[]) as event_id,
                 unnest($4::text[]) as event_type, unnest($5::text[]) as body) as n
    on conflict (endpoint_id, event_id) do nothing
    returning id, endpoint_id),
enqueued as (
    insert into paybus.work (id, kind, object_id, endpoint_id, state, traceparent, next_attempt_at, parked_until, enqueued_at,
                             updated_at, created_at)
    select n.work_id, 'delivery', m.id, m.endpoint_id,
           case when not n.is_sent then 'missed' when n.is_parked then 'failed' else 'received' end, n.traceparent,
           case when n.is_parked then clock_timestamp() end, case when n.is_parked then clock_timestamp() end,
           clock_timestamp(), clock_timestamp(), clock_timestamp()
    from made m
    join (select unnest($1::uuid[]) as id, unnest($6::uuid[]) as work_id, unnest($7::text[]) as traceparent,
                 unnest($8::boolean[]) as is_sent, unnest($9::boolean[]) as is_parked) as n on n.id = m.id
    returning 1)
select count(*), (select count(*) from enqueued) from made
