-- A delivery has one piece of work: the next migration sees to it. Twins, which two recoveries at once could make, become work
-- on themselves that is done, so that their messages find it and end; the one that got furthest stays.
with ranked as (
    select id, row_number() over (partition by object_id
                                  order by case state when 'processed' then 0 when 'dead' then 2 else 1 end, id) as place
    from paybus.work
    where kind = 'delivery'),
twins as (
    update paybus.work w
    set object_id = w.id, endpoint_id = w.id, state = 'processed', next_attempt_at = null, lease_until = null,
        parked_until = null, updated_at = clock_timestamp()
    from ranked r
    where r.id = w.id
      and r.place > 1
    returning w.id)
update paybus.dead_letters d
set resolution = 'discarded', resolved_by = 'paybus-migrate', resolved_at = clock_timestamp(),
    stream_seq = coalesce(d.stream_seq, 0)
from twins t
where d.work_id = t.id
  and d.resolved_at is null;

-- What did not arrive says where it was to go, and when it was made. What did arrive is never looked for by its endpoint.
update paybus.work w
set endpoint_id = d.endpoint_id, created_at = d.created_at
from paybus.webhook_deliveries d
where d.id = w.object_id
  and w.kind = 'delivery'
  and w.state <> 'processed';

-- Deliveries that were missed had no work.
insert into paybus.work (id, kind, object_id, endpoint_id, state, enqueued_at, updated_at, created_at)
select d.id, 'delivery', d.id, d.endpoint_id, 'missed', d.created_at, d.created_at, d.created_at
from paybus.webhook_deliveries d
where not exists (select 1 from paybus.work w where w.object_id = d.id and w.kind = 'delivery');

alter table paybus.work add constraint work_delivery_has_endpoint
    check (kind <> 'delivery' or endpoint_id is not null) not valid;
