-- What is given back of a transaction is counted in paybus.reversals by whoever gives back. This wall counts for itself: all
-- reversals of a transaction together never give back more than there was, whatever that row says. Scalar subqueries: a join
-- could turn into a scan of all rows with a plan made while a table was empty.
create function paybus.check_reversals() returns trigger
language plpgsql as $$
declare
    broken uuid;
begin
    select n.reverses into broken
    from new_details n
    where n.reverses is not null
      and coalesce((select sum((select t.amount from paybus.transactions t where t.id = d.transaction_id))
                    from paybus.transaction_details d
                    where d.reverses = n.reverses)
                   > (select o.amount from paybus.transactions o
                      where o.id = n.reverses and o.kind <> 'reversal'), true)
    limit 1;
    if found then
        raise exception using errcode = 'PB005',
            message = format('reversals of %s: together they give back more than there was, or there is no such transaction', broken);
    end if;
    return null;
end $$;
comment on function paybus.check_reversals is
    'Trigger: raises PB005 when a transaction''s reversals give back more than it was';
create trigger check_reversals after insert on paybus.transaction_details referencing new table as new_details
    for each statement execute function paybus.check_reversals();
