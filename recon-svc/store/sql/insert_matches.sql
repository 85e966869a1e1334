-- The entries $2 (transactions), $3 (legs) are explained by the groups $4 of the statement $1. No row.
insert into paybus.reconcile_matches (transaction_id, leg, statement_id, group_number)
select m.transaction_id, m.leg, $1::uuid, m.group_number
from unnest($2::uuid[], $3::smallint[], $4::bigint[]) as m (transaction_id, leg, group_number)
