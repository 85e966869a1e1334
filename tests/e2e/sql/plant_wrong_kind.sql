-- An entry notes another kind than its transaction's. One row changed.
update paybus.entries
set kind = 'fee'
where (account_id, account_version) = (select account_id, account_version
                                       from paybus.entries
                                       where kind is not null
                                       order by transaction_id desc, leg
                                       limit 1)
