-- How tries of deliveries ended. One that is there already is the same: its COMMIT's answer was lost. No rows come back.
insert into paybus.webhook_delivery_attempts (delivery_id, generation, number, outcome, status_code, error, address, answer,
                                              duration_ms, started_at)
select n.delivery_id, n.generation, n.number, n.outcome, n.status_code, n.error, n.address, n.answer, n.duration_ms, n.started_at
from (select unnest($1::uuid[]) as delivery_id, unnest($2::integer[]) as generation, unnest($3::integer[]) as number,
             unnest($4::text[]) as outcome, unnest($5::integer[]) as status_code, unnest($6::text[]) as error,
             unnest($7::text[]) as address, unnest($8::text[]) as answer, unnest($9::integer[]) as duration_ms,
             unnest($10::timestamptz[]) as started_at) as n
on conflict (delivery_id, generation, number, started_at) do nothing
