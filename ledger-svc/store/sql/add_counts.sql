-- What was counted since the last time: $1 replays, $2 duplicates of webhook events. No rows come back.
update paybus.counters
set value = value + case name when 'idempotency_replays' then $1::bigint else $2::bigint end
where name in ('idempotency_replays', 'webhook_duplicates')
