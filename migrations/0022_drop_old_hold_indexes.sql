-- Those of 0018 to 0021 take their place. Whose account it is, as in 0014: a list that does not show it does not look for it.
drop index paybus.holds_by_account, paybus.holds_by_owner, paybus.holds_by_status;

create or replace view api.holds as
    select h.id, h.account_id, (select a.owner from paybus.accounts a where a.id = h.account_id) as account_owner,
           h.destination_id, h.owner, h.currency, h.amount, h.captured, h.status, h.capture_id, h.description, h.reference,
           h.metadata, h.expires_at, h.created_at, h.updated_at
    from paybus.holds h;
