-- When an incremental or full run, and when a full one last looked at all that there was, and when the oldest event happened that
-- none has looked at; null: never, or there is none. One row.
select (select r.finished_at from paybus.reconcile_runs r
        where r.state = 'completed' and not r.is_partial
        order by r.finished_at desc limit 1) as any_at,
       (select r.finished_at from paybus.reconcile_runs r
        where r.state = 'completed' and r.mode = 'full' and not r.is_partial
        order by r.finished_at desc limit 1) as full_at,
       (select e.created_at from paybus.events e
        where e.seq > coalesce((select r.mark_seq from paybus.reconcile_runs r
                                where r.state = 'completed'
                                order by r.finished_at desc limit 1), 0)
        order by e.seq limit 1) as behind_at
