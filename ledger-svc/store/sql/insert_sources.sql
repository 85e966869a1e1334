-- Sources that had their effect now, in order of digest. No rows come back.
insert into paybus.sources (digest, source, command_id, status, body, created_at)
select n.digest, n.source, n.command_id, n.status, n.body, $6::timestamptz
from (select unnest($1::uuid[]) as digest, unnest($2::text[]) as source, unnest($3::uuid[]) as command_id,
             unnest($4::smallint[]) as status, unnest($5::text[]) as body) as n
