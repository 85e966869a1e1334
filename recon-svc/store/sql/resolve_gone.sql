-- Open anomalies of codes $2 that run $1 looked for and did not find are resolved; not those that another run has seen since it
-- began: it may have looked before. A row for each.
with gone as (
    update paybus.reconcile_anomalies
    set state = 'resolved', write_off_by = null
    where state in ('open', 'acknowledged') and code = any ($2::text[]) and last_run_id <> $1::uuid
      and last_seen_at < (select r.started_at from paybus.reconcile_runs r where r.id = $1::uuid)
    returning id)
insert into paybus.reconcile_decisions (anomaly_id, action, actor, note)
select g.id, 'resolved', 'recon-svc', 'A run that looked for it did not find it again.'
from gone g
returning anomaly_id
