-- What was noted is read once for a statement and not for each event: its row has many versions while somebody keeps an old
-- snapshot, and may be stored apart. Only the numbers that are looked at are taken of it.
create or replace function paybus.list_events_to_fan_out(after_seq bigint, up_to_seq bigint, at_most bigint)
returns table (seq bigint, id uuid, type text, resource text, object_id uuid, command_id uuid, owner text, actor text,
               source text, traceparent text, before json, after json, created_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select w.seq, w.id, w.type, w.resource, w.object_id, w.command_id, w.owner, w.actor, w.source, w.traceparent,
           api.event_before(w.type, w.object_id, w.before), api.event_after(w.type, w.object_id, w.after), w.created_at
    from (select e.seq, e.id, e.type, e.resource, e.object_id, e.command_id, e.owner, e.actor, e.source, e.traceparent,
                 e.before, e.after, e.created_at
          from paybus.events e
          where e.seq > after_seq
            and e.seq <= up_to_seq
            and not ((select f.beyond * int8multirange(int8range(after_seq, up_to_seq, '(]')) from paybus.webhook_fanout f) @> e.seq)
          order by e.seq
          limit at_most) w
    order by w.seq
$$;
