-- Entries whose version leaves a gap, whose running balance is wrong, or that are earlier than the one before. 20 rows
-- at most.
select account_id::text as object,
       format('version %s is number %s, balance after it %s, by the entries %s, at %s after %s', account_version, number,
              balance_after, balance, created_at, previous_at) as detail
from (select account_id, account_version, balance_after, created_at,
             row_number() over w as number,
             sum(case direction when 'credit' then amount else -amount end) over w as balance,
             lag(created_at) over w as previous_at
      from paybus.entries
      window w as (partition by account_id order by account_version)) as e
where account_version <> number or balance_after <> balance or created_at < previous_at
limit 20
