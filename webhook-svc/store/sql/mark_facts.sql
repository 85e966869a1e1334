-- Which facts are in the log now. No rows come back.
update paybus.dead_letters as d
set facts = n.facts
from (select unnest($1::uuid[]) as id, unnest($2::text[]) as facts) as n
where d.id = n.id
  and (d.facts is null or d.facts = 'created')
