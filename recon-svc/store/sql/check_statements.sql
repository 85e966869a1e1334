-- What statements leave open: $1 entries made before that day should have come by now, $2 at most so many of each reason. A row
-- for each line, entry or statement: a group of several lines or entries is named once.
(select 'statement_not_footing' as code, 'statement' as object_type, s.id as object_id, null::text as object, s.currency,
        s.computed_balance as expected, s.closing_balance as actual
 from paybus.reconcile_statements s
 where s.state = 'disputed'
   and not exists (
       select
       from paybus.reconcile_statements m
       where m.account_id = s.account_id and m.last_day = s.last_day and m.state = 'reconciled'
         and m.first_day = s.first_day and m.created_at > s.created_at)
 order by s.id
 limit $2::bigint)
union all
(select 'statement_gap', 'statement', s.id, null, s.currency, p.closing_balance, s.opening_balance
 from paybus.reconcile_statements s
 cross join lateral (
     select b.closing_balance
     from paybus.reconcile_statements b
     where b.account_id = s.account_id and b.state = 'reconciled' and b.last_day < s.first_day
     order by b.last_day desc, b.created_at desc
     limit 1) p
 where s.state = 'reconciled' and p.closing_balance <> s.opening_balance
 order by s.account_id, s.last_day, s.created_at
 limit $2::bigint)
union all
(select c.code, case when r.line_number is null then 'transaction' else 'statement_line' end,
        case when r.line_number is null then r.transaction_id else r.statement_id end, '/' || r.line_number, r.currency,
        c.expected, c.actual
 from paybus.reconcile_results r
 cross join lateral (values
     ('line_missing_here', r.result = 'missing_here', r.expected, r.actual),
     ('entry_missing_at_bank', r.result = 'missing_at_bank' or (r.result = 'late' and r.day < $1::date), r.expected, r.actual),
     ('line_amount_mismatch', r.result = 'amount', r.expected, r.actual),
     ('line_currency_mismatch', r.result = 'currency', r.expected, r.actual),
     ('line_date_mismatch', r.result = 'date', null, null),
     ('line_duplicated', r.result = 'duplicate_at_bank', r.expected, r.actual),
     ('entry_duplicated', r.result = 'duplicate_here', r.expected, r.actual),
     ('line_ambiguous', r.result = 'ambiguous', r.expected, r.actual),
     ('line_quarantined', r.result = 'quarantined', null, null)
 ) as c (code, is_open, expected, actual)
 where r.is_lead and r.result not in ('matched', 'seen_before') and c.is_open
   and not exists (
       select
       from paybus.reconcile_matches m
       where m.transaction_id = r.transaction_id and m.leg = r.leg and r.line_number is null)
   and not exists (
       select
       from paybus.reconcile_matches m
       where m.statement_id = r.statement_id and m.group_number = r.group_number and r.result = 'missing_here')
 order by r.statement_id, r.number
 limit 8 * $2::bigint)
