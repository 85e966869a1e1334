-- Dead letters: all, open, published, of work that is dead and open; and work that is dead without an open one, but
-- for deliveries, which need none. One row.
select count(*), count(*) filter (where d.resolved_at is null), count(*) filter (where d.stream_seq is not null),
       count(*) filter (where d.resolved_at is null and w.state = 'dead'),
       (select count(*)
        from paybus.work x
        where x.state = 'dead' and x.kind <> 'delivery'
          and not exists (select from paybus.dead_letters y where y.work_id = x.id and y.resolved_at is null))
from paybus.dead_letters d
left join paybus.work w on w.id = d.work_id
