-- Whether the database answers and its tables are there: one row.
select exists (select from api.currencies) as has_currencies
