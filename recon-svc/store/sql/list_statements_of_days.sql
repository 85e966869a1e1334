-- Good statements of the account $1 that are about days of $2 to $3, the latest first, at most $6: another one that goes on where the
-- new one, from $4 to $5, ends, or that it goes on from, is of the same day and not about the same. A row for each.
select s.id,
       ((s.last_day = $2::date and s.closing_balance = $4::bigint) or (s.first_day = $3::date and s.opening_balance = $5::bigint))
       and (s.first_day, s.last_day, s.opening_balance, s.closing_balance) <> ($2::date, $3::date, $4::bigint, $5::bigint) as is_apart
from paybus.reconcile_statements s
where s.account_id = $1::uuid and s.state = 'reconciled' and s.last_day >= $2::date and s.first_day <= $3::date
order by s.last_day desc, s.created_at desc
limit $6::bigint
