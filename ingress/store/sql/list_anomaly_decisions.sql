-- What was decided about anomaly $1, newest first: at most 100 rows.
select d.action, d.actor, d.note, d.created_at
from api.reconcile_decisions d
where d.anomaly_id = $1
order by d.id desc
limit 100
