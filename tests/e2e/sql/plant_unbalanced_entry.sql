-- One entry grows by a unit. One row changed.
update paybus.entries
set amount = amount + 1
where (account_id, account_version) = (select account_id, account_version
                                       from paybus.entries
                                       order by transaction_id desc, leg
                                       limit 1)
