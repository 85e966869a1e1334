-- The newest events that fit, without opening the partition of each day that is kept: the bounds of the days to look at are
-- known when the statements are planned, so that only these partitions are opened and locked.
alter function api.event_seq_near set plan_cache_mode = force_custom_plan;

-- Goes back from before_seq (whose event is of about before_near, if that is true) and until_at, one day first, then eight, until
-- enough are found, 100,000 are looked at, from_at is reached or these days are over. Numbers rise with time but around
-- midnight: what of a day lies below the highest number of the day before is left to the next part, which orders both.
create function api.find_recent_events(before_seq bigint, from_at timestamptz, until_at timestamptz, of_resource text,
                                       of_type text, of_actor text, of_source text, of_owner text, wanted bigint,
                                       before_near timestamptz)
returns table (seq bigint, id uuid, type text, resource text, object_id uuid, command_id uuid, owner text, actor text,
               source text, traceparent text, before json, after json, created_at timestamptz, is_wanted boolean,
               is_last boolean)
language plpgsql stable set plan_cache_mode = force_custom_plan set timezone = 'UTC' as $$
#variable_conflict use_column
declare
    is_posted constant boolean := of_resource is null
        or (of_resource = 'transaction' and coalesce(of_type, 'transaction.posted') = 'transaction.posted');
    below bigint := before_seq;
    above bigint;
    first_seq constant bigint := api.event_seq_near(from_at, false);
    cap timestamptz := until_at;
    low timestamptz;
    days int := 1;
    day_before timestamptz := before_near - interval '1 day';
    day_after timestamptz := before_near + interval '1 day';
    to_look_at bigint := 100000;
    part record;
    seqs bigint[] := '{}';
    times timestamptz[] := '{}';
    are_wanted boolean[] := '{}';
    first_time timestamptz;
    last_time timestamptz;
begin
    if before_seq = 9223372036854775807 then
        below := api.event_seq_near(until_at, true);
    elsif exists (select from api.events e
                  where e.seq = before_seq and e.created_at >= day_before and e.created_at < day_after) then
        cap := least(cap, day_after);
    end if;
    low := date_trunc('day', least(cap, clock_timestamp()));
    loop
        low := greatest(low, from_at);
        above := -1;
        if low > from_at then
            day_before := low - interval '1 day'; -- a subtraction in the query would not be known to the planner
            select coalesce(max(e.seq), -1) into above
            from api.events e
            where e.created_at >= day_before and e.created_at < low;
        end if;
        above := greatest(above, first_seq - 1);
        select coalesce(array_agg(s.seq order by s.seq desc) filter (where s.is_found), '{}') as seqs,
               coalesce(array_agg(s.created_at order by s.seq desc) filter (where s.is_found), '{}') as times,
               coalesce(array_agg(s.is_wanted order by s.seq desc) filter (where s.is_found), '{}') as are_wanted,
               max(s.place) as place, min(s.seq) as last_seq
        into part
        from (select n.seq, n.created_at, n.is_wanted, n.place, n.is_wanted or n.place = to_look_at as is_found
              from (select e.seq, e.created_at, row_number() over w as place, lead(e.seq) over w is null as is_end,
                           (of_resource is null or e.resource = of_resource)
                               and (of_type is null or e.type = of_type)
                               and (of_actor is null or e.actor = of_actor)
                               and (of_source is null or e.source = of_source)
                               and (of_owner is null or e.owner = of_owner) as is_wanted
                    from ((select e.seq, e.created_at, e.resource, e.type, e.actor, e.source, e.owner
                           from api.events e
                           where of_source is not null
                             and e.source = of_source
                             and e.seq < below and e.seq > above and e.created_at >= low and e.created_at < cap
                           order by e.source desc, e.seq desc
                           limit to_look_at)
                          union all
                          (select e.seq, e.created_at, e.resource, e.type, e.actor, e.source, e.owner
                           from api.events e
                           where of_source is null and not is_posted
                             and e.resource = of_resource and e.type <> 'transaction.posted'
                             and e.seq < below and e.seq > above and e.created_at >= low and e.created_at < cap
                           order by e.resource desc, e.seq desc
                           limit to_look_at)
                          union all
                          (select e.seq, e.created_at, e.resource, e.type, e.actor, e.source, e.owner
                           from api.events e
                           where of_source is null and is_posted
                             and e.seq < below and e.seq > above and e.created_at >= low and e.created_at < cap
                           order by e.seq desc
                           limit to_look_at)) e
                    window w as (order by e.seq desc)) n
              where n.is_wanted or n.is_end or n.place = to_look_at
              order by n.seq desc
              limit wanted - cardinality(seqs)) s;
        seqs := seqs || part.seqs;
        times := times || part.times;
        are_wanted := are_wanted || part.are_wanted;
        to_look_at := to_look_at - coalesce(part.place, 0);
        below := coalesce(part.last_seq, below);
        exit when cardinality(seqs) >= wanted or to_look_at = 0 or low <= from_at or days > 8;
        cap := least(until_at, low + interval '1 day');
        low := low - days * interval '1 day';
        days := 8 * days;
    end loop;
    select min(t), max(t) into first_time, last_time from unnest(times) t;
    return query
    select e.*, p.is_wanted, to_look_at = 0 and p.seq = below
    from unnest(seqs, times, are_wanted) as p (seq, created_at, is_wanted)
    cross join lateral (select e.seq, e.id, e.type, e.resource, e.object_id, e.command_id, e.owner, e.actor, e.source,
                               e.traceparent, e.before, e.after, e.created_at
                        from api.events e
                        where e.seq = p.seq and e.created_at = p.created_at
                          and e.created_at between first_time and last_time
                        limit 1) e
    order by p.seq desc;
end $$;
comment on function api.find_recent_events is
    'The newest events that fit, of nine days at least; fewer than wanted: older ones were not looked for';
grant execute on function api.find_recent_events to paybus_ingress;
