-- What those of the transactions $1 say of themselves that have something to say: at most one row for each.
select transaction_id, reverses, hold_id, reason, rate_numerator, rate_denominator, rounding
from api.transaction_details
where transaction_id = any ($1)
