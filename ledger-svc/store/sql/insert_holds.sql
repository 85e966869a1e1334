-- New holds. Values that all rows have in common come once, their arrays are NULL then, as are those of values that no
-- row has. No rows come back.
insert into paybus.holds (id, account_id, destination_id, owner, currency, amount, description, reference, metadata,
                          expires_at, created_at, updated_at)
select n.id, n.account_id, n.destination_id, coalesce(n.owner, $5), coalesce(n.currency, $7), n.amount, n.description,
       n.reference, n.metadata, n.expires_at, coalesce(n.created_at, $14), coalesce(n.created_at, $14)
from (select unnest($1::uuid[]) as id, unnest($2::uuid[]) as account_id, unnest($3::uuid[]) as destination_id,
             unnest($4::text[]) as owner, unnest($6::text[]) as currency, unnest($8::bigint[]) as amount,
             unnest($9::text[]) as description, unnest($10::text[]) as reference, unnest($11::json[]) as metadata,
             unnest($12::timestamptz[]) as expires_at, unnest($13::timestamptz[]) as created_at) as n
