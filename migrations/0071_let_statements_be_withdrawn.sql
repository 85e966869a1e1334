-- A statement that was sent for the wrong account, or by mistake, is withdrawn: it stays, with who withdrew it and why, and what it
-- explained is open again.
alter table paybus.reconcile_statements
    add column withdrawn_by text,
    add column withdrawal_note text,
    add column withdrawn_at timestamptz,
    drop constraint reconcile_statements_state_check,
    drop constraint reconcile_statements_foot,
    drop constraint reconcile_statements_account_id_content_hash_key,
    add constraint reconcile_statements_state_check check (state in ('reconciled', 'disputed', 'withdrawn')),
    add constraint reconcile_statements_foot check (state = 'withdrawn' or (state = 'disputed') = (footing = 'wrong')),
    add constraint reconcile_statements_withdrawn
        check (num_nonnulls(withdrawn_by, withdrawal_note, withdrawn_at) = case state when 'withdrawn' then 3 else 0 end);
create unique index reconcile_statements_by_content on paybus.reconcile_statements (account_id, content_hash)
    where state <> 'withdrawn';
comment on table paybus.reconcile_statements is
    'Statements that came from outside; each file of an account once, but for those that were withdrawn, which is all that changes';
comment on column paybus.reconcile_statements.state is
    'reconciled; disputed: it does not foot, so that none of its lines counts; withdrawn: by a person, and none counts either';
comment on column paybus.reconcile_statements.withdrawn_by is 'Who withdrew it';
comment on column paybus.reconcile_statements.withdrawal_note is 'Why';
comment on column paybus.reconcile_statements.withdrawn_at is 'When';

create function paybus.check_withdrawal() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if old.state = 'withdrawn' or new.state <> 'withdrawn'
       or to_jsonb(new) - array['state', 'withdrawn_by', 'withdrawal_note', 'withdrawn_at']
          <> to_jsonb(old) - array['state', 'withdrawn_by', 'withdrawal_note', 'withdrawn_at'] then
        raise exception using errcode = 'PB002', message = 'a statement is withdrawn once, and never altered';
    end if;
    return new;
end $$;
comment on function paybus.check_withdrawal is 'Trigger: raises PB002 unless a statement is withdrawn and nothing else';
drop trigger append_only on paybus.reconcile_statements;
create trigger append_only before delete or truncate on paybus.reconcile_statements
    for each statement execute function paybus.refuse_change();
create trigger check_withdrawal before update on paybus.reconcile_statements
    for each row execute function paybus.check_withdrawal();

create function paybus.check_match_dropped() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if (select s.state from paybus.reconcile_statements s where s.id = old.statement_id) <> 'withdrawn' then
        raise exception using errcode = 'PB002', message = 'what a statement explains stays so until it is withdrawn';
    end if;
    return old;
end $$;
comment on function paybus.check_match_dropped is 'Trigger: raises PB002 unless the statement of a match is withdrawn';
drop trigger append_only on paybus.reconcile_matches;
create trigger append_only before update or truncate on paybus.reconcile_matches
    for each statement execute function paybus.refuse_change();
create trigger check_match_dropped before delete on paybus.reconcile_matches
    for each row execute function paybus.check_match_dropped();
comment on table paybus.reconcile_matches is
    'Entries that a statement explains: each of them once; dropped only with a statement that is withdrawn';

grant update (state, withdrawn_by, withdrawal_note, withdrawn_at) on paybus.reconcile_statements to paybus_recon;
grant delete on paybus.reconcile_matches to paybus_recon;

create or replace view paybus.reconcile_open_results as
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
       limit 1) is null
  -- A line of a statement that was withdrawn, or an entry that it did not have.
  and (select true
       from paybus.reconcile_statements s
       where s.id = r.statement_id and s.state = 'withdrawn'
       limit 1) is null;
comment on view paybus.reconcile_open_results is
    'What became of lines and entries and is still open: no later line, entry or file explains it, its statement was not withdrawn and nobody wrote it off. The first of each group';

create or replace view api.bank_statements as
    select s.id, s.account_id, s.format, s.number, s.currency, s.first_day, s.last_day, s.opening_balance, s.closing_balance,
           s.computed_balance, s.footing, s.state, s.line_count, s.results, s.actor, s.created_at, s.withdrawn_by,
           s.withdrawal_note, s.withdrawn_at
    from paybus.reconcile_statements s;
comment on column api.bank_statements.state is 'reconciled, disputed or withdrawn';
comment on column api.bank_statements.withdrawn_by is 'Who withdrew it';
comment on column api.bank_statements.withdrawal_note is 'Why';
comment on column api.bank_statements.withdrawn_at is 'When';
