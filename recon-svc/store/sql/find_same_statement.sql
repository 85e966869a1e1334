-- The statement of the account $1 that came from a file with the hash $2 and was not withdrawn: one row, or none.
select s.id
from paybus.reconcile_statements s
where s.account_id = $1::uuid and s.content_hash = $2::bytea and s.state <> 'withdrawn'
