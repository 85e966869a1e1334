-- Failed work that waits here and not in the stream, and whose next attempt is due: at most $1, the longest due first. It is put
-- off by a minute, so that no other sweeper takes it; its message will begin it before. By an array: a subquery is run for each row of
-- the table as long as statistics know of none. A row each: kind and id.
update paybus.work w
set parked_until = clock_timestamp() + interval '1 minute', enqueued_at = clock_timestamp()
where w.id = any(array(select x.id
                        from paybus.work x
                        where x.state = 'failed'
                          and x.parked_until <= statement_timestamp()
                        order by x.parked_until
                        limit $1::integer
                        for no key update skip locked))
returning w.kind::text, w.id
