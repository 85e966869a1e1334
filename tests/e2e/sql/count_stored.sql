-- How many rows know the key ($1): stored answers and transactions with it as reference. One row.
select (select count(*) from paybus.idempotency_keys where key = $1::text)
     + (select count(*) from paybus.transactions where reference = $1::text)
