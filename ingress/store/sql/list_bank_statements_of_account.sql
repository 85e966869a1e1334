-- Statements of the account $3, the newest first, after the cursor $1: at most $2 rows.
select s.id, s.account_id, s.format, s.number, s.currency, s.first_day, s.last_day, s.opening_balance, s.closing_balance,
       s.computed_balance, s.footing, s.state, s.line_count, s.results, s.actor, s.created_at,
       s.withdrawn_by, s.withdrawal_note, s.withdrawn_at
from api.bank_statements s
where s.account_id = $3 and s.id < $1
order by s.account_id desc, s.id desc
limit $2
