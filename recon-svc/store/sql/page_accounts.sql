-- Accounts after id $1, in order: at most $2 rows.
select id
from paybus.accounts
where id > $1::uuid
order by id
limit $2::bigint
