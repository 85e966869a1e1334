-- Transactions and their entries in one statement, so that the triggers at its end see both. No rows come back.
with t as (
    insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, description, reference,
                                     metadata, created_at)
    select n.id, n.kind, n.amount, n.currency, n.entry_count, n.owner, n.actor, n.description, n.reference, n.metadata,
           n.created_at
    from (select unnest($1::uuid[]) as id, unnest($2::text[]) as kind, unnest($3::bigint[]) as amount,
                 unnest($4::text[]) as currency, unnest($5::smallint[]) as entry_count,
                 unnest($6::text[]) as owner, unnest($7::text[]) as actor, unnest($8::text[]) as description,
                 unnest($9::text[]) as reference, unnest($10::json[]) as metadata,
                 unnest($11::timestamptz[]) as created_at) as n)
insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, amount, currency,
                            balance_after, created_at)
select n.transaction_id, n.leg, n.account_id, n.account_version,
       case when n.is_debit then 'debit' else 'credit' end, n.amount, n.currency, n.balance_after, n.created_at
from (select unnest($12::uuid[]) as transaction_id, unnest($13::smallint[]) as leg,
             unnest($14::uuid[]) as account_id, unnest($15::bigint[]) as account_version,
             unnest($16::boolean[]) as is_debit, unnest($17::bigint[]) as amount,
             unnest($18::text[]) as currency, unnest($19::bigint[]) as balance_after,
             unnest($20::timestamptz[]) as created_at) as n
