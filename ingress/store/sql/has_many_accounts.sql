-- Whether owner $1 has more than 500 accounts: one row.
select count(*) > 500 as has_many
from (select a.id from api.accounts a where a.owner = $1 limit 501) as first_ones
