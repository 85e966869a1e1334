-- Messages of PAY_DLQ with the sequences $1 that name the dead letters $2 (null: none): those of no dead letter, and dead letters
-- that were resolved before $3 and are still there. A row for each.
select case when d.id is null then 'dlq_message_without_row' else 'dlq_message_of_resolved_row' end as code,
       case when d.id is null then 'message' else 'dead_letter' end as object_type, d.id as object_id,
       case when d.id is null then 'PAY_DLQ/' || m.seq end as object, null::text as currency, null::bigint as expected,
       null::bigint as actual
from unnest($1::bigint[], $2::uuid[]) as m (seq, letter)
left join paybus.dead_letters d on d.id = m.letter
where d.id is null or d.resolved_at < $3::timestamptz
