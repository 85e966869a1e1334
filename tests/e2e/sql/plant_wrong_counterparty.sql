-- An entry notes its own account as its counterparty. One row changed.
update paybus.entries
set counterparty_id = account_id
where (account_id, account_version) = (select account_id, account_version
                                       from paybus.entries
                                       where counterparty_id is not null
                                       order by transaction_id desc, leg
                                       limit 1)
