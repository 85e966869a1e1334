-- Clearing accounts, a few for each currency, after id $1, in order: at most $2 rows. Whether money has lain there for too long
-- changes while nobody moves it.
with clearing as materialized (
    select id
    from paybus.accounts
    where role is not null and role = 'clearing')
select id
from clearing
where id > $1::uuid
order by id
limit $2::bigint
