-- As take_due_work when more is due than is taken at once: of each lane from lane $3 on, in their order, the longest due, at most
-- $2, and at most $1 in all, so that what is due for one endpoint keeps no other waiting. A delivery's lane is its endpoint, all
-- other work has one together. By an array as there. A row each: kind, id and
-- lane.
with recursive lanes as (
    (select coalesce(x.endpoint_id, '00000000-0000-0000-0000-000000000000') as lane
     from paybus.work x
     where x.state = 'failed'
       and x.parked_until is not null
       and coalesce(x.endpoint_id, '00000000-0000-0000-0000-000000000000') >= $3::uuid
     order by coalesce(x.endpoint_id, '00000000-0000-0000-0000-000000000000')
     limit 1)
    union all
    select next.lane
    from lanes l
    cross join lateral (select coalesce(x.endpoint_id, '00000000-0000-0000-0000-000000000000') as lane
                        from paybus.work x
                        where x.state = 'failed'
                          and x.parked_until is not null
                          and coalesce(x.endpoint_id, '00000000-0000-0000-0000-000000000000') > l.lane
                        order by coalesce(x.endpoint_id, '00000000-0000-0000-0000-000000000000')
                        limit 1) next)
update paybus.work w
set parked_until = clock_timestamp() + interval '1 minute', enqueued_at = clock_timestamp()
where w.id = any(array(select due.id
                        from lanes l
                        cross join lateral (select x.id
                                            from paybus.work x
                                            where x.state = 'failed'
                                              and coalesce(x.endpoint_id, '00000000-0000-0000-0000-000000000000') = l.lane
                                              and x.parked_until <= statement_timestamp()
                                            order by x.parked_until
                                            limit $2::integer
                                            for no key update skip locked) due
                        limit $1::integer))
returning w.kind::text, w.id, coalesce(w.endpoint_id, '00000000-0000-0000-0000-000000000000')
