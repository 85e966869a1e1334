-- One more of the $2 times a minute that owner $1 may ask for something, all of which may be used at once. One row: in how many
-- milliseconds there is one again; 0: it is taken.
with taken as (
    insert into paybus.webhook_asks as a (owner, spent_until)
    values ($1::text, clock_timestamp() + interval '1 minute' / $2::integer)
    on conflict (owner) do update
    set spent_until = greatest(a.spent_until, clock_timestamp()) + interval '1 minute' / $2::integer
    where a.spent_until <= clock_timestamp() + interval '1 minute' - interval '1 minute' / $2::integer
    returning owner)
select case when exists (select from taken) then 0
            else coalesce((select greatest(1, ceil(1000 * extract(epoch from
                                                                  a.spent_until + interval '1 minute' / $2::integer
                                                                  - interval '1 minute' - clock_timestamp())))::bigint
                           from paybus.webhook_asks a
                           where a.owner = $1::text), 1) end
