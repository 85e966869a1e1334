-- An exchange says another rate than it had. One row changed.
update paybus.transaction_details set rate_denominator = rate_denominator + 1 where rate_denominator is not null
