-- New accounts with the counters that the batch left them. No rows come back.
insert into paybus.accounts (id, owner, type, role, currency, name, status, allow_negative, debits_posted,
                             credits_posted, debits_pending, credits_pending, version, last_entry_at, metadata,
                             created_at)
select n.id, n.owner, n.type, n.role, n.currency, n.name, n.status, n.allow_negative, n.debits_posted,
       n.credits_posted, n.debits_pending, n.credits_pending, n.version, n.last_entry_at, n.metadata, n.created_at
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[],
            $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::timestamptz[],
            $15::json[], $16::timestamptz[])
     as n (id, owner, type, role, currency, name, status, allow_negative, debits_posted, credits_posted,
           debits_pending, credits_pending, version, last_entry_at, metadata, created_at)
