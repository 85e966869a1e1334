-- Reading the facts: by object, resource and source with an index, by time without one. Transfers make most events, and pay
-- for none of these indexes: their event is transaction.posted and has no source.
create index events_by_object on paybus.events (object_id, seq) where type <> 'transaction.posted';
create index events_by_resource on paybus.events (resource, seq) where type <> 'transaction.posted';
create index events_by_source on paybus.events (source, seq) where source is not null;

-- Where in a day's events a moment lies, by binary search: seq rises with created_at, but for transactions that ran at the
-- same time. None lasts 10 s between reading the clock and drawing its numbers (ledger-svc gives up before), so what
-- is 10 s beyond the moment is beyond it by number, too.
create function api.event_seq_near(at timestamptz, is_upper boolean) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
    day_start constant timestamptz := date_trunc('day', at);
    day_end constant timestamptz := date_trunc('day', at) + interval '1 day';
    wanted constant timestamptz := at + case when is_upper then interval '10 s' else interval '-10 s' end;
    low bigint;
    high bigint;
    middle bigint;
    next_seq bigint;
    next_at timestamptz;
    last_before bigint := -1;
    first_after bigint := 9223372036854775807;
begin
    select min(e.seq), max(e.seq) + 1 into low, high
    from api.events e
    where e.created_at >= day_start and e.created_at < day_end;
    while low < high loop
        middle := low + (high - low) / 2;
        select e.seq, e.created_at into next_seq, next_at
        from api.events e
        where e.created_at >= day_start and e.created_at < day_end and e.seq >= middle and e.seq < high
        order by e.seq
        limit 1;
        if next_seq is null then
            high := middle;
        elsif next_at >= wanted then
            first_after := next_seq;
            high := middle;
        else
            last_before := next_seq;
            low := next_seq + 1;
        end if;
    end loop;
    return case when is_upper then first_after else last_before + 1 end;
end $$;
comment on function api.event_seq_near is
    'A number that no event before the moment reaches (is_upper), or that all events from the moment on reach';
grant execute on function api.event_seq_near to paybus_ingress;
