-- One intent gets a second transaction, with entries that balance. One row inserted.
insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, description, reference, metadata,
                                 created_at)
select gen_random_uuid(), kind, amount, currency, entry_count, owner, actor, description, reference, metadata, created_at
from paybus.transactions
where id = (select max(id::text)::uuid from paybus.transactions where reference is not null)
