-- Runs of reconciliation, newest first, after the cursor $1 and from the id $2 on: at most $5 rows. Filters: $3 mode, $4 state
-- (null: any). Looks at 20,000 at most; if these have fewer than $5 that are wanted, the last one looked at comes, too (is_last),
-- so that the next page goes on from there.
select s.id, s.mode, s.trigger, s.actor, s.state, s.error, s.summary, s.events, s.entries, s.accounts, s.started_at,
       s.finished_at, s.is_complete, s.covered_seq, s.newest_seq, s.is_wanted, s.place = 20000 as is_last
from (select n.*, row_number() over (order by n.id desc) as place
      from (select r.id, r.mode, r.trigger, r.actor, r.state, r.error, r.summary, r.events, r.entries, r.accounts, r.started_at,
                   r.finished_at, r.is_complete, r.covered_seq, r.newest_seq,
                   ($3::text is null or r.mode = $3) and ($4::text is null or r.state = $4) as is_wanted
            from api.reconcile_runs r
            where r.id < $1 and r.id >= $2
            order by r.id desc
            limit 20000) n) s
where s.is_wanted or s.place = 20000
order by s.id desc
limit $5
