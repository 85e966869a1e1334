-- Stored answers, in order of digest. No rows come back.
insert into paybus.idempotency_keys (digest, created_on, owner, key, fingerprint, command_id, status, body,
                                     created_at)
select n.digest, ($8::timestamptz at time zone 'UTC')::date, n.owner, n.key, n.fingerprint, n.command_id, n.status,
       n.body, $8::timestamptz
from (select unnest($1::uuid[]) as digest, unnest($2::text[]) as owner, unnest($3::text[]) as key,
             unnest($4::bytea[]) as fingerprint, unnest($5::uuid[]) as command_id,
             unnest($6::smallint[]) as status, unnest($7::text[]) as body) as n
