-- Sources that had their effect now, in order of digest. No rows come back.
insert into paybus.sources (digest, source, command_id, status, body, created_at)
select n.digest, n.source, n.command_id, n.status, n.body, $6::timestamptz
from unnest($1::uuid[], $2::text[], $3::uuid[], $4::smallint[], $5::text[])
     as n (digest, source, command_id, status, body)
