-- What the slow-commit trigger runs: sleeps. No row.
create or replace function paybus.commit_slowly() returns trigger
language plpgsql as $$
begin
    perform pg_sleep(1.5);
    return null;
end $$
