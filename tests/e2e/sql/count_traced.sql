-- How many facts in the audit trail carry trace $1. One row.
select count(*) from api.audit where trace = $1::text
