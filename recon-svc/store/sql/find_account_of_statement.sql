-- The currency and the type of the account $1: one row, or none if there is no such account.
select a.currency, a.type from paybus.accounts a where a.id = $1::uuid
