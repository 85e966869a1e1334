-- A reversal no longer says what it reverses. One row deleted.
delete from paybus.transaction_details where reverses is not null
