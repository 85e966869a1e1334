-- What a statement shows of an entry's transaction, on the entry: its page was three index lookups a row. Older entries lack
-- both and read as before. Plain columns without a check: one of a domain would have the table written anew.
alter table paybus.entries add column counterparty_id uuid, add column kind text;
comment on column paybus.entries.counterparty_id is
    'The account of the only other entry of its transaction; null: none, more than one, or not noted: look for them';
comment on column paybus.entries.kind is
    'The transaction''s kind, if it has neither description nor reference; null: it has, or not noted: look at it';

create or replace view api.entries as
    select e.transaction_id, e.leg, e.account_id,
           (select a.owner from paybus.accounts a where a.id = e.account_id) as account_owner,
           e.account_version, e.direction, e.amount, e.currency, e.balance_after, e.created_at, e.counterparty_id, e.kind
    from paybus.entries e;
comment on column api.entries.counterparty_id is
    'The account of the only other entry of its transaction; null: none, more than one, or not noted: look for them';
comment on column api.entries.kind is
    'The transaction''s kind, if it has neither description nor reference; null: it has, or not noted: look at it';
