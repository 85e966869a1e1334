-- Invalid indexes by the names that file $1 gives to the indexes that it makes: for each the command that removes it.
select format('drop index concurrently %s', i.indexrelid::regclass)
from regexp_matches($1::text,
                    '\mcreate\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?(\w+)\s+on\s+([\w.]+)',
                    'gi') as made
join pg_index i on i.indrelid = to_regclass(made[2]) and not i.indisvalid
join pg_class c on c.oid = i.indexrelid and c.relname = lower(made[1])
