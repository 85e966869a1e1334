-- One transaction vanishes and its entries stay. One row deleted.
delete from paybus.transactions
where id = (select max(id::text)::uuid from paybus.transactions)
