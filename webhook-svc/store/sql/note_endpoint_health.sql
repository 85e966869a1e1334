-- How endpoints answered of late, each once and in the order of ids: how many tries failed since the last one that did not, when
-- the last one succeeded (null: none did), when the last one answered 410 (null: none did), how many had no answer since the last
-- one that had, when that was (null: none had), and at which of their urls. One that goes on succeeding is written every ten
-- seconds. What failed before an endpoint was switched on does not count, nor at a url that it has no more. Of one that somebody else
-- has locked nothing is noted but a 410, after which it is told no more: all others would wait. No rows come back.
with locked as (
    select l.endpoint_id
    from paybus.webhook_endpoint_health l
    where l.endpoint_id = any($1::uuid[])
    order by l.endpoint_id
    for no key update skip locked)
insert into paybus.webhook_endpoint_health as h (endpoint_id, failing_since, failures, succeeded_at, gone_at, unanswered, answered_at,
                                               updated_at, url_version)
select n.endpoint_id, case when n.failures > 0 then clock_timestamp() end, n.failures, n.succeeded_at, n.gone_at,
       n.unanswered, n.answered_at, clock_timestamp(), n.url_version
from (select unnest($1::uuid[]) as endpoint_id, unnest($2::bigint[]) as failures, unnest($3::timestamptz[]) as succeeded_at,
             unnest($4::timestamptz[]) as gone_at, unnest($5::bigint[]) as unanswered,
             unnest($6::timestamptz[]) as answered_at, unnest($7::integer[]) as url_version) as n
left join lateral (select true as is_there from paybus.webhook_endpoint_health k where k.endpoint_id = n.endpoint_id offset 0) as k
       on true
where k.is_there is null
   or n.gone_at is not null
   or n.endpoint_id in (select l.endpoint_id from locked l)
on conflict (endpoint_id) do update
set failing_since = case when excluded.failures = 0 then null
                         when excluded.succeeded_at is not null then clock_timestamp()
                         when h.url_version = excluded.url_version
                              and h.failing_since > (select e.enabled_at from paybus.webhook_endpoints e where e.id = h.endpoint_id)
                             then h.failing_since
                         else clock_timestamp() end,
    failures      = case when excluded.succeeded_at is not null or h.url_version < excluded.url_version then excluded.failures
                         else h.failures + excluded.failures end,
    succeeded_at  = coalesce(excluded.succeeded_at, h.succeeded_at),
    gone_at       = case when h.url_version < excluded.url_version then excluded.gone_at
                         else coalesce(excluded.gone_at, h.gone_at) end,
    unanswered    = case when excluded.answered_at is not null or h.url_version < excluded.url_version then excluded.unanswered
                         else h.unanswered + excluded.unanswered end,
    answered_at   = coalesce(excluded.answered_at, h.answered_at),
    updated_at    = clock_timestamp(),
    url_version   = excluded.url_version
where h.url_version <= excluded.url_version
  and (excluded.failures > 0
       or h.failing_since is not null
       or h.url_version < excluded.url_version
       or h.succeeded_at is null
       or h.succeeded_at < clock_timestamp() - interval '10 s')
