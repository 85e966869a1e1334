-- What some transactions say of themselves; arrays are NULL when no row has a value. No rows come back.
insert into paybus.transaction_details (transaction_id, reverses, hold_id, reason, rate_numerator, rate_denominator,
                                        rounding)
select n.transaction_id, n.reverses, n.hold_id, n.reason, n.rate_numerator, n.rate_denominator, n.rounding
from (select unnest($1::uuid[]) as transaction_id, unnest($2::uuid[]) as reverses, unnest($3::uuid[]) as hold_id,
             unnest($4::text[]) as reason, unnest($5::bigint[]) as rate_numerator,
             unnest($6::bigint[]) as rate_denominator, unnest($7::text[]) as rounding) as n
