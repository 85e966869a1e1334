-- Transactions after id $1 up to id $2, in order: at most $3 rows.
select id
from paybus.transactions
where id > $1::uuid and id <= $2::uuid
order by id
limit $3::bigint
