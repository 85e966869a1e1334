-- The database's own guard around the money. The services decide correctly; these walls hold when one does not.
-- SQLSTATEs: PB001 row count differs from the plan, PB002 append only, PB003 transaction incomplete or unbalanced,
-- PB004 account changed in a way that is never right.

-- Every UPDATE of ledger-svc ends in this, so that a write that misses a row fails inside its pipeline. Functions on the way of
-- every batch have no SET clause: each would cost a walk through all of PostgreSQL's settings. Their names are qualified, they
-- run with their caller's rights, and ledger-svc's session pins its plans.
create function paybus.require_count(actual bigint, wanted bigint, what text) returns bigint
language plpgsql as $$
begin
    if actual is distinct from wanted then
        raise exception using errcode = 'PB001',
            message = format('%s: %s rows written, %s wanted', what, actual, wanted);
    end if;
    return actual;
end $$;
comment on function paybus.require_count is 'Raises PB001 unless a statement wrote as many rows as planned';

create function paybus.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception using errcode = 'PB002',
        message = format('%I.%I is append only: %s refused', tg_table_schema, tg_table_name, tg_op);
end $$;
comment on function paybus.refuse_change is 'Trigger: raises PB002';

-- A statement trigger of a parent does not fire for a statement that names a partition: each partition needs its own.
create function paybus.make_append_only(target regclass) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    execute format('create trigger append_only before update or delete or truncate on %s
                    for each statement execute function paybus.refuse_change()', target);
end $$;
comment on function paybus.make_append_only is 'Puts the append-only wall on a table or partition';

select paybus.make_append_only('paybus.transactions');
select paybus.make_append_only('paybus.entries');
select paybus.make_append_only('paybus.events');
select paybus.make_append_only('paybus.sources');
select paybus.make_append_only('paybus.idempotency_keys');

-- Entries: every transaction named by the statement exists, has all its legs in this very statement (so that nothing
-- can be added to an old one) and balances in each currency, and every entry's account exists and has its currency. The
-- lookups are scalar subqueries: a join could turn into a scan of all rows with a plan made while a table was empty.
create function paybus.check_entries() returns trigger
language plpgsql as $$
declare
    broken uuid;
begin
    select c.transaction_id into broken
    from (select n.transaction_id, count(*) as legs, min(n.leg) as first_leg, max(n.leg) as last_leg,
                 sum(case n.direction when 'debit' then n.amount else -n.amount end) as net,
                 count((select 1 from paybus.accounts a where a.id = n.account_id and a.currency = n.currency))
                     as accounts
          from new_entries n
          group by n.transaction_id, n.currency) c
    group by c.transaction_id
    having bool_or(c.net <> 0 or c.accounts <> c.legs)
        or min(c.first_leg) <> 0
        or max(c.last_leg) <> sum(c.legs) - 1
        or sum(c.legs) is distinct from
           (select t.entry_count from paybus.transactions t where t.id = c.transaction_id)
    limit 1;
    if found then
        raise exception using errcode = 'PB003',
            message = format('transaction %s: its entries are unbalanced, incomplete, or without a transaction or account', broken);
    end if;
    return null;
end $$;
comment on function paybus.check_entries is 
    'Trigger: raises PB003 unless each transaction''s entries are whole and balanced';
create trigger check_entries after insert on paybus.entries referencing new table as new_entries
    for each statement execute function paybus.check_entries();

-- Transactions: none without entries. ledger-svc inserts both in one statement, whose AFTER triggers run at its end and
-- see all its rows. One leg is enough to look for: check_entries has seen to the others.
create function paybus.check_transactions() returns trigger
language plpgsql as $$
declare
    broken uuid;
begin
    select n.id into broken
    from new_transactions n
    where (select e.leg from paybus.entries e where e.transaction_id = n.id and e.leg = 0) is null
    limit 1;
    if found then
        raise exception using errcode = 'PB003', message = format('transaction %s has no entries', broken);
    end if;
    return null;
end $$;
comment on function paybus.check_transactions is 'Trigger: raises PB003 for a transaction without entries';
create trigger check_transactions after insert on paybus.transactions referencing new table as new_transactions
    for each statement execute function paybus.check_transactions();

-- Accounts: the WHEN clause is the cheap test, evaluated without a call; the function only raises. A statement that does not
-- name an identity column, and ledger-svc has no right to, does not pay for the first trigger at all.
create function paybus.refuse_account_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception using errcode = 'PB004',
        message = format('account %s: identity is fixed, counters never go back, closed is final', old.id);
end $$;
comment on function paybus.refuse_account_change is 'Trigger: raises PB004';
create trigger fixed_identity before update of id, owner, type, role, currency, allow_negative, created_at
    on paybus.accounts for each row
    when (old.id is distinct from new.id
          or old.owner is distinct from new.owner
          or old.type is distinct from new.type
          or old.role is distinct from new.role
          or old.currency is distinct from new.currency
          or old.allow_negative is distinct from new.allow_negative
          or old.created_at is distinct from new.created_at)
    execute function paybus.refuse_account_change();
create trigger never_back before update on paybus.accounts for each row
    when (new.version < old.version
          or new.debits_posted < old.debits_posted
          or new.credits_posted < old.credits_posted
          or new.last_entry_at < old.last_entry_at
          or (old.status = 'closed' and (new.status <> 'closed' or new.version <> old.version)))
    execute function paybus.refuse_account_change();
create trigger append_only before delete or truncate on paybus.accounts
    for each statement execute function paybus.refuse_change();
