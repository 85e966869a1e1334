-- Blocks that end at number $1 or before are done: they are older than every webhook endpoint, or what was missing in them was looked
-- for. The first time this also makes the row. No rows come back.
insert into paybus.webhook_fanout as f (done_block, done_seq, updated_at)
select coalesce(b.number, 0), coalesce(b.last_seq, 0), clock_timestamp()
from (values (1)) as one
left join lateral (select number, last_seq
                   from paybus.blocks
                   where last_seq <= $1::bigint
                   order by number desc
                   limit 1) as b on true
on conflict (is_only) do update
set done_block = excluded.done_block,
    done_seq   = excluded.done_seq,
    beyond     = f.beyond * int8multirange(int8range(excluded.done_seq, null, '()')),
    updated_at = excluded.updated_at
where f.done_block < excluded.done_block
