-- All up to the end of block $2, which is number $3, has become deliveries; it was block $1 before. No rows come back.
update paybus.webhook_fanout as f
set done_block = $2::bigint,
    done_seq   = $3::bigint,
    beyond     = f.beyond * int8multirange(int8range($3::bigint, null, '()')),
    updated_at = clock_timestamp()
where f.done_block = $1::bigint
