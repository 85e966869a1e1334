-- What is held of an account is what its open holds hold. ledger-svc keeps that sum in the account (debits_pending); here the
-- database keeps it for itself, from the holds' rows, and compares both when a transaction commits: batches write the account
-- first, then new holds, then changed ones, and only at the end is it one picture. A transfer, which changes nothing that is
-- held, pays for one comparison an account.
lock table paybus.accounts, paybus.holds in share row exclusive mode; -- none may come between the sum and its triggers

create table paybus.held (
    account_id uuid primary key,
    amount     bigint not null check (amount >= 0)
) with (fillfactor = 50);
comment on table paybus.held is 'What the open holds of an account hold together, by triggers; must be its debits_pending';
comment on column paybus.held.account_id is 'The account; it has a row from its first hold on';
comment on column paybus.held.amount is 'The sum of what is neither captured nor free again';

insert into paybus.held (account_id, amount)
select account_id, sum(case when status in ('authorized', 'partially_captured') then amount - captured else 0 end)
from paybus.holds
group by account_id;

-- Only these functions write there: they run with their owner's rights, ledger-svc has none.
create function paybus.count_new_holds() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into paybus.held as h (account_id, amount)
    select n.account_id, sum(n.amount)
    from new_holds n
    group by n.account_id
    order by n.account_id
    on conflict (account_id) do update set amount = h.amount + excluded.amount;
    return null;
end $$;
comment on function paybus.count_new_holds is 'Trigger: adds new holds to what is held of their accounts';
create trigger count_new_holds after insert on paybus.holds referencing new table as new_holds
    for each statement execute function paybus.count_new_holds();

-- What a hold held before is gone, what it holds now comes.
create function paybus.count_changed_holds() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update paybus.held h
    set amount = h.amount + c.change
    from (select s.account_id, sum(s.sign * (s.amount - s.captured)) as change
          from (select account_id, amount, captured, status, 1 as sign from new_holds
                union all
                select account_id, amount, captured, status, -1 from old_holds) s
          where s.status in ('authorized', 'partially_captured')
          group by s.account_id) c
    where h.account_id = c.account_id and c.change <> 0;
    return null;
end $$;
comment on function paybus.count_changed_holds is 'Trigger: what is held of the accounts of changed holds follows them';
create trigger count_changed_holds after update on paybus.holds
    referencing old table as old_holds new table as new_holds
    for each statement execute function paybus.count_changed_holds();

create function paybus.check_held() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    account uuid := (to_jsonb(new) ->> tg_argv[0])::uuid;
begin
    if (select a.debits_pending from paybus.accounts a where a.id = account)
       is distinct from coalesce((select h.amount from paybus.held h where h.account_id = account), 0) then
        raise exception using errcode = 'PB005',
            message = format('account %s: what is held is not what its open holds hold', account);
    end if;
    return null;
end $$;
comment on function paybus.check_held is
    'Trigger at COMMIT: raises PB005 unless an account''s debits_pending is what its open holds hold';
create constraint trigger held_by_holds after update of debits_pending on paybus.accounts
    deferrable initially deferred for each row
    when (old.debits_pending <> new.debits_pending) execute function paybus.check_held('id');
create constraint trigger born_without_holds after insert on paybus.accounts
    deferrable initially deferred for each row
    when (new.debits_pending <> 0) execute function paybus.check_held('id');
create constraint trigger holds_are_held after insert or update on paybus.held
    deferrable initially deferred for each row execute function paybus.check_held('account_id');

-- The destination of a new hold: an account of its currency, or the escrow before its first use. Ids of system accounts are
-- the only ones from 1970.
create or replace function paybus.check_holds() returns trigger
language plpgsql as $$
declare
    broken uuid;
begin
    select n.id into broken
    from new_holds n
    where n.status <> 'authorized'
       or (select a.id from paybus.accounts a
           where a.id = n.account_id and a.currency = n.currency and not a.allow_negative) is null
       or n.account_id = n.destination_id
       or not coalesce((select a.currency = n.currency from paybus.accounts a where a.id = n.destination_id),
                       n.destination_id < '00000000-0001-0000-0000-000000000000'
                       and (select a.id from paybus.accounts a where a.role = 'escrow' and a.currency = n.currency) is null)
    limit 1;
    if found then
        raise exception using errcode = 'PB005',
            message = format('hold %s: it is not new, its account cannot be held, or its destination is none', broken);
    end if;
    return null;
end $$;

grant select on paybus.held to paybus_recon;
