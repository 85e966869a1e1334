-- The wall against overdrawn accounts falls. No row.
alter table paybus.accounts drop constraint accounts_available_not_negative
