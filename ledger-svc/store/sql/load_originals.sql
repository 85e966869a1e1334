-- Transactions whose locks this transaction has, with what was given back of them. One row per transaction that exists.
-- Scalar subqueries: a join could turn into a scan of all rows with a plan made while a table was empty.
select t.id, t.kind, t.owner, t.amount, t.currency,
       (select d.reverses from paybus.transaction_details d where d.transaction_id = t.id) as reverses,
       (select d.hold_id from paybus.transaction_details d where d.transaction_id = t.id) as hold_id,
       (select r.reversed from paybus.reversals r where r.transaction_id = t.id) as reversed
from paybus.transactions t
where t.id = any($1::uuid[])
