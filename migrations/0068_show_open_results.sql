-- What of statements is open, in one place: the checks name it, and recon-svc's metrics sum it.

create view paybus.reconcile_open_results as
select r.statement_id, r.number, r.result, r.code, r.line_number, r.transaction_id, r.day, r.currency, r.expected, r.actual
from (
    select t.*,
           case t.result
               when 'missing_here' then 'line_missing_here'
               when 'missing_at_bank' then 'entry_missing_at_bank'
               when 'late' then 'entry_missing_at_bank'
               when 'amount' then 'line_amount_mismatch'
               when 'currency' then 'line_currency_mismatch'
               when 'date' then 'line_date_mismatch'
               when 'duplicate_at_bank' then 'line_duplicated'
               when 'duplicate_here' then 'entry_duplicated'
               when 'ambiguous' then 'line_ambiguous'
               when 'quarantined' then 'line_quarantined'
           end as code
    from paybus.reconcile_results t) r
where r.is_lead and r.result not in ('matched', 'seen_before')
  -- An entry that a later statement's line explains.
  and (select true
       from paybus.reconcile_matches m
       where m.transaction_id = r.transaction_id and m.leg = r.leg and r.line_number is null
       limit 1) is null
  -- A line whose entry came later.
  and (select true
       from paybus.reconcile_matches m
       where m.statement_id = r.statement_id and m.group_number = r.group_number and r.result = 'missing_here'
       limit 1) is null
  -- A line that could not be read, in the place of whose file came another one.
  and (select true
       from paybus.reconcile_statements s
       join paybus.reconcile_statements m
         on m.account_id = s.account_id and m.last_day = s.last_day and m.first_day = s.first_day and m.state = 'reconciled'
            and m.created_at > s.created_at
       where s.id = r.statement_id and r.result = 'quarantined'
       limit 1) is null
  -- What was written off as an anomaly.
  and (select true
       from paybus.reconcile_anomalies a
       where a.state = 'written_off'
         and a.code = r.code
         and a.object_id = case when r.line_number is null then r.transaction_id else r.statement_id end
         and split_part(a.object, '/', 2) = coalesce(r.line_number::text, '')
       limit 1) is null;

comment on view paybus.reconcile_open_results is
    'What became of lines and entries and is still open: no later line, entry or file explains it, and nobody wrote it off. The first of each group';
comment on column paybus.reconcile_open_results.statement_id is 'Of which statement';
comment on column paybus.reconcile_open_results.number is 'Their order: lines, then entries without one';
comment on column paybus.reconcile_open_results.result is 'What became of it: recon-svc/domain/statement_result.def';
comment on column paybus.reconcile_open_results.code is 'As which anomaly it is named';
comment on column paybus.reconcile_open_results.line_number is 'Which line; null: the bank has none';
comment on column paybus.reconcile_open_results.transaction_id is 'Our transaction; null: we have none';
comment on column paybus.reconcile_open_results.day is 'When the line was booked, or the entry was made; null: not readable';
comment on column paybus.reconcile_open_results.currency is 'Of the amounts; null: not readable';
comment on column paybus.reconcile_open_results.expected is 'What we have, with the bank''s sign; of the whole group';
comment on column paybus.reconcile_open_results.actual is 'What the bank has; of the whole group';
grant select on paybus.reconcile_open_results to paybus_recon;
