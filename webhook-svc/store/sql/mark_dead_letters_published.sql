-- Where PAY_DLQ acknowledged these publications of dead letters. No rows come back.
update paybus.dead_letters as d
set stream_seq = n.seq
from (select unnest($1::uuid[]) as id, unnest($2::integer[]) as publication, unnest($3::bigint[]) as seq) as n
where d.id = n.id
  and d.publication = n.publication
