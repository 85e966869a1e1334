-- The account of the statement $1, which has to be of the owner $2 (null: anybody's): others of the account wait until the
-- transaction ends. One row, or none if there is no such statement.
select s.account_id,
       pg_advisory_xact_lock('paybus.reconcile_statements'::regclass::oid::int, hashtext(s.account_id::text)) is null as is_locked
from paybus.reconcile_statements s
join paybus.accounts a on a.id = s.account_id
where s.id = $1::uuid and ($2::text is null or a.owner = $2::text)
