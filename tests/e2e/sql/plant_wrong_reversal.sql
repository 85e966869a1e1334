-- A reversal gave back less than it says, on both sides. Two rows changed.
update paybus.entries
set amount = amount - 1
where transaction_id in (select transaction_id from paybus.transaction_details where reverses is not null)
