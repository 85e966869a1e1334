-- Digests of stored keys after $1, in order, with how often each is stored: at most $2 rows.
select k.digest, count(*) as answers
from (select p.digest
      from paybus.idempotency_keys p
      where p.digest > $1::uuid
      order by p.digest
      limit $2::bigint) k
group by k.digest
order by k.digest
