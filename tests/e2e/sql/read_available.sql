-- What an account ($1) has available. One row, or none if there is no such account.
select credits_posted - debits_posted - debits_pending
from paybus.accounts
where id = $1::uuid
