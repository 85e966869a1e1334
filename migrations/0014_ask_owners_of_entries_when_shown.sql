-- The owner of an entry's account as a subquery: a list that does not show it does not look for it. As a join every reader of
-- entries paid for a lookup of the account: half of a statement's page.
create or replace view api.entries as
    select e.transaction_id, e.leg, e.account_id,
           (select a.owner from paybus.accounts a where a.id = e.account_id) as account_owner,
           e.account_version, e.direction, e.amount, e.currency, e.balance_after, e.created_at
    from paybus.entries e;
