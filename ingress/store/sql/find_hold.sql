-- One hold: one row, or none if it does not exist or concerns owner $2 (null: anybody) neither as the one who authorized
-- it nor as the account's owner.
select id, account_id, destination_id, owner, amount, captured, status, currency, capture_id, description, reference,
       metadata, expires_at, created_at, updated_at
from api.holds
where id = $1
  and ($2::text is null or owner = $2 or account_owner = $2)
