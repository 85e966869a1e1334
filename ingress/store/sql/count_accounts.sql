-- How many accounts owner $1 has, up to 501: one row.
select count(*) as accounts
from (select a.id from api.accounts a where a.owner = $1 limit 501) as first_ones
