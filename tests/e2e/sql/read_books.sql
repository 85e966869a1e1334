-- How many rows every table has, and a digest of all accounts. One row.
select (select count(*) from paybus.accounts), (select count(*) from paybus.transactions),
       (select count(*) from paybus.entries), (select count(*) from paybus.events),
       (select count(*) from paybus.idempotency_keys), (select count(*) from paybus.sources),
       (select count(*) from paybus.api_keys),
       (select coalesce(bit_xor(hashtextextended(a::text, 0)), 0) from paybus.accounts as a)
