-- What statements leave open: $1 entries made before that day should have come by now, $2 at most so many of each reason, the
-- latest first. A row for each line, entry or statement: a group of several lines or entries is named once, and one that was written
-- off is not named again: what a statement said stays what it was. A file of the same days that was read later takes the place of
-- one that did not foot, and of the lines that could not be read in it.
(select 'statement_not_footing' as code, 'statement' as object_type, s.id as object_id, null::text as object, s.currency,
        s.computed_balance as expected, s.closing_balance as actual
 from paybus.reconcile_statements s
 where s.state = 'disputed'
   and not exists (
       select
       from paybus.reconcile_statements m
       where m.account_id = s.account_id and m.last_day = s.last_day and m.state = 'reconciled'
         and m.first_day = s.first_day and m.created_at > s.created_at)
 order by s.id desc
 limit $2::bigint)
union all
-- Behind another one of the same day it begins with what that one ended with.
(select 'statement_gap', 'statement', s.id, null, s.currency, p.closing_balance, s.opening_balance
 from paybus.reconcile_statements s
 cross join lateral (
     select b.closing_balance
     from paybus.reconcile_statements b
     where b.account_id = s.account_id and b.state = 'reconciled' and b.last_day < s.first_day
     order by b.last_day desc, b.created_at desc
     limit 1) p
 where s.state = 'reconciled' and p.closing_balance <> s.opening_balance
   and (select true
        from paybus.reconcile_statements b
        where b.account_id = s.account_id and b.state = 'reconciled' and b.last_day = s.first_day and b.id <> s.id
          and b.closing_balance = s.opening_balance
        limit 1) is null
 order by s.account_id, s.last_day, s.created_at
 limit $2::bigint)
union all
(select f.code, case when f.line_number is null then 'transaction' else 'statement_line' end,
        case when f.line_number is null then f.transaction_id else f.statement_id end, '/' || f.line_number, f.currency,
        case when c.has_amounts then f.expected end, case when c.has_amounts then f.actual end
 from (values ('missing_here', true), ('missing_at_bank', true), ('late', true), ('amount', true), ('currency', true),
              ('date', false), ('duplicate_at_bank', true), ('duplicate_here', true), ('ambiguous', true),
              ('quarantined', false)) c (result, has_amounts)
 cross join lateral (
     select r.code, r.statement_id, r.line_number, r.transaction_id, r.currency, r.expected, r.actual
     from paybus.reconcile_open_results r
     where r.result = c.result and (r.result <> 'late' or r.day < $1::date)
     order by r.statement_id desc, r.number
     limit $2::bigint) f)
