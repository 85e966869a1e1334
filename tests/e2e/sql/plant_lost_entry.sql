-- One entry vanishes. One row deleted.
delete from paybus.entries
where (account_id, account_version) = (select account_id, account_version
                                       from paybus.entries
                                       order by transaction_id desc, leg
                                       limit 1)
