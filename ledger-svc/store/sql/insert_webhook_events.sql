-- Webhook events with their work, received; raises unless both are as many as planned ($13). Values that all rows have in
-- common come once, their arrays are NULL then, as are those of values that no row has. One row: how many.
with event as (
    insert into paybus.webhook_events (id, provider, event_id, event_type, fingerprint, payload, occurred_at,
                                       traceparent, created_at)
    select n.id, coalesce(n.provider, $4), n.event_id, coalesce(n.event_type, $7), n.fingerprint, n.payload,
           n.occurred_at, n.traceparent, $12::timestamptz
    from (select unnest($1::uuid[]) as id, unnest($3::text[]) as provider, unnest($5::text[]) as event_id,
                 unnest($6::text[]) as event_type, unnest($8::bytea[]) as fingerprint, unnest($9::json[]) as payload,
                 unnest($10::timestamptz[]) as occurred_at, unnest($11::text[]) as traceparent) as n
    returning id),
work as (
    insert into paybus.work (id, kind, object_id, traceparent, enqueued_at, updated_at, created_at)
    select n.id, 'webhook', n.object_id, n.traceparent, $12::timestamptz, $12::timestamptz, $12::timestamptz
    from (select unnest($2::uuid[]) as id, unnest($1::uuid[]) as object_id,
                 unnest($11::text[]) as traceparent) as n
    returning id)
select paybus.require_count(least((select count(*) from event), (select count(*) from work)), $13::bigint,
                            'webhook_events')
