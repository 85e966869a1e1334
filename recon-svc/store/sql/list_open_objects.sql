-- Objects of type $1 with open anomalies after id $2, in order: at most $3 rows.
select distinct object_id
from paybus.reconcile_anomalies
where state in ('open', 'acknowledged') and object_type = $1::text and object_id > $2::uuid
order by object_id
limit $3::bigint
