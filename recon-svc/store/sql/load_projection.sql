-- How far the events of accounts $1 have been consumed, where that stands, and how far the ledger is. One row for each, all NULL
-- where nothing is known; the last column says in each whether events of any account wait. A statement of its own behind the
-- lock, so that its snapshot has what the last holder committed. Each account is looked up, whatever statistics say (offset 0):
-- a table that was vacuumed while it was empty would be read from end to end for each.
select w.id, p.version, p.posted, p.differs, p.ctid, a.version, a.posted, exists (select from paybus.reconcile_ahead)
from unnest($1::uuid[]) as w (id)
left join lateral (
    select version, posted, differs, ctid
    from paybus.reconcile_projection
    where account_id = w.id
    offset 0) p on true
left join lateral (
    select version, credits_posted - debits_posted as posted
    from paybus.accounts
    where id = w.id
    offset 0) a on true
