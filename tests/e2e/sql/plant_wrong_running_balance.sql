-- The balance after one entry is wrong. One row changed.
update paybus.entries
set balance_after = balance_after + 1
where (account_id, account_version) = (select account_id, account_version
                                       from paybus.entries
                                       order by transaction_id desc, leg
                                       limit 1)
