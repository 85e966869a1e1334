-- Transactions and their entries in one statement, so that the triggers at its end see both. Values that all rows have in
-- common come once, their arrays are NULL then, as are those of values that no row has. No rows come back.
with t as (
    insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, description, reference,
                                     metadata, created_at)
    select n.id, coalesce(n.kind, $3), n.amount, coalesce(n.currency, $6), coalesce(n.entry_count, $8),
           coalesce(n.owner, $10), coalesce(n.actor, $12), n.description, n.reference, n.metadata,
           coalesce(n.created_at, $17)
    from (select unnest($1::uuid[]) as id, unnest($2::text[]) as kind, unnest($4::bigint[]) as amount,
                 unnest($5::text[]) as currency, unnest($7::smallint[]) as entry_count,
                 unnest($9::text[]) as owner, unnest($11::text[]) as actor, unnest($13::text[]) as description,
                 unnest($14::text[]) as reference, unnest($15::json[]) as metadata,
                 unnest($16::timestamptz[]) as created_at) as n)
insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, amount, currency,
                            balance_after, created_at, counterparty_id, kind)
select n.transaction_id, n.leg, n.account_id, n.account_version,
       case when n.is_debit then 'debit' else 'credit' end, n.amount, coalesce(n.currency, $25), n.balance_after,
       coalesce(n.created_at, $28), n.counterparty_id, coalesce(n.kind, $31)
from (select unnest($18::uuid[]) as transaction_id, unnest($19::smallint[]) as leg,
             unnest($20::uuid[]) as account_id, unnest($21::bigint[]) as account_version,
             unnest($22::boolean[]) as is_debit, unnest($23::bigint[]) as amount,
             unnest($24::text[]) as currency, unnest($26::bigint[]) as balance_after,
             unnest($27::timestamptz[]) as created_at, unnest($29::uuid[]) as counterparty_id,
             unnest($30::text[]) as kind) as n
