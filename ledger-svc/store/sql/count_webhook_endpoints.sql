-- How many webhook endpoints each of the owners $1 has, deleted ones left out, and how many of all came to be within 24 hours, up to
-- the most that may. One row per owner. The order is that of the index, so that no other is taken.
select o.owner,
       (select count(*)
        from paybus.webhook_endpoints e
        where e.owner = o.owner
          and e.status <> 'deleted'),
       (select count(*)
        from (select
              from paybus.webhook_endpoints e
              where e.owner = o.owner
                and e.created_at > now() - interval '24 hours'
              order by e.created_at
              limit 1000) as made)
from unnest($1::text[]) as o(owner)
