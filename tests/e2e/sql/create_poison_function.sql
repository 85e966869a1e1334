-- What the poison trigger runs: refuses with an error that no service expects. No row.
create or replace function paybus.refuse_poison() returns trigger
language plpgsql as $$
begin
    raise exception using errcode = 'XX000', message = 'poison';
end $$
