-- How many dead letters are open that list_open_dead_letters would list, without a limit. One row.
select count(*)
from paybus.dead_letters
where resolved_at is null
  and ($1::text is null or kind = $1)
  and ($2::text is null or event_type = $2)
  and ($3::text is null or position($3 in error) > 0)
  and ($4::timestamptz is null or created_at >= $4)
  and ($5::timestamptz is null or created_at < $5)
