-- One transaction: one row, or none. Whether the caller may see it is decided by its entries.
select id, kind, amount, currency, description, reference, metadata, created_at, entry_count
from api.transactions
where id = $1
