-- When an incremental or full run, and when a full one was completed last; null: never. One row.
select (select r.finished_at from paybus.reconcile_runs r
        where r.state = 'completed'
        order by r.finished_at desc limit 1) as any_at,
       (select r.finished_at from paybus.reconcile_runs r
        where r.state = 'completed' and r.mode = 'full'
        order by r.finished_at desc limit 1) as full_at
