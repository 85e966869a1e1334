-- New accounts with the counters that the batch left them. No rows come back.
insert into paybus.accounts (id, owner, type, role, currency, name, status, allow_negative, debits_posted,
                             credits_posted, debits_pending, credits_pending, version, last_entry_at, metadata,
                             created_at)
select n.id, n.owner, n.type, n.role, n.currency, n.name, n.status, n.allow_negative, n.debits_posted,
       n.credits_posted, n.debits_pending, n.credits_pending, n.version, n.last_entry_at, n.metadata, n.created_at
from (select unnest($1::uuid[]) as id, unnest($2::text[]) as owner, unnest($3::text[]) as type,
             unnest($4::text[]) as role, unnest($5::text[]) as currency, unnest($6::text[]) as name,
             unnest($7::text[]) as status, unnest($8::boolean[]) as allow_negative,
             unnest($9::bigint[]) as debits_posted, unnest($10::bigint[]) as credits_posted,
             unnest($11::bigint[]) as debits_pending, unnest($12::bigint[]) as credits_pending,
             unnest($13::bigint[]) as version, unnest($14::timestamptz[]) as last_entry_at,
             unnest($15::json[]) as metadata, unnest($16::timestamptz[]) as created_at) as n
