-- Stored answers, in order of digest. Values that all rows have in common come once, their arrays are NULL then. No rows
-- come back.
insert into paybus.idempotency_keys (digest, created_on, owner, key, fingerprint, command_id, status, body,
                                     created_at)
select n.digest, ($10::timestamptz at time zone 'UTC')::date, coalesce(n.owner, $3), n.key, n.fingerprint, n.command_id,
       coalesce(n.status, $8), n.body, $10::timestamptz
from (select unnest($1::uuid[]) as digest, unnest($2::text[]) as owner, unnest($4::text[]) as key,
             unnest($5::bytea[]) as fingerprint, unnest($6::uuid[]) as command_id,
             unnest($7::smallint[]) as status, unnest($9::text[]) as body) as n
