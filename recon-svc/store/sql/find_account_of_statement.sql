-- The currency and the type of the account $1, which has to be of the owner $2 (null: anybody's): one row, or none if there is no
-- such account.
select a.currency, a.type
from paybus.accounts a
where a.id = $1::uuid and ($2::text is null or a.owner = $2::text)
