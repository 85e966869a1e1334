-- Blocks that a completed run ended with and that are not there any more, or are others: at most $1 rows. Whoever writes the
-- chain anew, or takes its end away, makes one that fits by itself.
select distinct case when b.number is null then 'block_missing' else 'block_altered' end as code, 'block' as object_type,
       null::uuid as object_id, r.block_number::text as object, null::text as currency, null::bigint as expected, null::bigint as actual
from paybus.reconcile_runs r
left join paybus.blocks b on b.number = r.block_number
where r.state = 'completed' and r.block_number > 0 and b.hash is distinct from r.block_hash
order by object
limit $1::bigint
