-- Whether more than 10,000 transactions have all members of the object $1 in their metadata: one row.
select count(*) > 10000 as is_common
from (select t.id
      from api.transactions t
      where t.metadata is not null
        and t.metadata::jsonb @> $1::text::jsonb
      limit 10001) as first_ones
