-- Stored answers, in order of digest. No rows come back.
insert into paybus.idempotency_keys (digest, created_on, owner, key, fingerprint, command_id, status, body,
                                     created_at)
select n.digest, ($8::timestamptz at time zone 'UTC')::date, n.owner, n.key, n.fingerprint, n.command_id, n.status,
       n.body, $8::timestamptz
from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::uuid[], $6::smallint[], $7::text[])
     as n (digest, owner, key, fingerprint, command_id, status, body)
