-- Transactions and their entries in one statement, so that the triggers at its end see both. No rows come back.
with t as (
    insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, description, reference,
                                     metadata, created_at)
    select n.id, n.kind, n.amount, n.currency, n.entry_count, n.owner, n.actor, n.description, n.reference, n.metadata,
           n.created_at
    from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::json[], $11::timestamptz[])
         as n (id, kind, amount, currency, entry_count, owner, actor, description, reference, metadata, created_at))
insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, amount, currency,
                            balance_after, created_at)
select n.transaction_id, n.leg, n.account_id, n.account_version,
       case when n.is_debit then 'debit' else 'credit' end, n.amount, n.currency, n.balance_after, n.created_at
from unnest($12::uuid[], $13::smallint[], $14::uuid[], $15::bigint[], $16::boolean[], $17::bigint[], $18::text[],
            $19::bigint[], $20::timestamptz[])
     as n (transaction_id, leg, account_id, account_version, is_debit, amount, currency, balance_after, created_at)
