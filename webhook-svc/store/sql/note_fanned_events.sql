-- Events with numbers from $1 up to $2, pairwise, have become deliveries; the stream brought them ($3), or they were read from
-- here. No rows come back.
update paybus.webhook_fanout as f
set beyond     = (f.beyond + n.numbers) * int8multirange(int8range(f.done_seq, null, '()')),
    notes      = f.notes + case when $3::boolean then 1 else 0 end,
    updated_at = clock_timestamp()
from (select range_agg(int8range(r.first_seq, r.last_seq, '[]')) as numbers
      from (select unnest($1::bigint[]) as first_seq, unnest($2::bigint[]) as last_seq) as r) as n
where n.numbers is not null
