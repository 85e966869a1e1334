-- What run $1 found: $2 ids for new ones, $3 codes, $4 checks, $5 severities, $6 families, $7 types of objects, $8 objects,
-- $9 their ids, $10 currencies, $11 expected, $12 actual, $13 details. One that was resolved opens again, and so does one that
-- was written off and differs by another amount now; who asked for it to be written off asked for the amount of then.
-- Nothing is stored of a run that is no longer there: a demonstration was put back under it. A row for each.
with found as (
    select f.*, f.actual::numeric - f.expected as difference
    from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[],
                $11::bigint[], $12::bigint[], $13::text[])
         as f (id, code, check_id, severity, family, object_type, object, object_id, currency, expected, actual, detail)
    where exists (select from paybus.reconcile_runs r where r.id = $1::uuid and r.state = 'running')),
known as (
    select a.id, a.state = 'resolved' as was_resolved,
           f.difference is distinct from a.actual::numeric - a.expected as is_changed, a.state = 'written_off' as was_written_off
    from found f
    join paybus.reconcile_anomalies a on a.code = f.code and a.object = f.object),
again as (
    select k.id from known k where k.was_resolved or (k.was_written_off and k.is_changed)),
noted as (
    insert into paybus.reconcile_decisions (anomaly_id, action, actor, note)
    select g.id, 'opened', 'recon-svc', 'A run found it again.' from again g)
insert into paybus.reconcile_anomalies as a
    (id, code, check_id, severity, family, object_type, object, object_id, currency, expected, actual, detail,
     first_seen_at, last_seen_at, first_run_id, last_run_id)
select f.id, f.code, f.check_id, f.severity, f.family, f.object_type, f.object, f.object_id, f.currency, f.expected, f.actual,
       f.detail, clock_timestamp(), clock_timestamp(), $1::uuid, $1::uuid
from found f
on conflict (code, object) do update
set check_id = excluded.check_id, severity = excluded.severity, family = excluded.family, currency = excluded.currency,
    expected = excluded.expected, actual = excluded.actual, detail = excluded.detail,
    state = case when a.id in (select g.id from again g) then 'open' else a.state end,
    first_seen_at = case when a.id in (select g.id from again g) then excluded.first_seen_at else a.first_seen_at end,
    first_run_id = case when a.id in (select g.id from again g) then excluded.first_run_id else a.first_run_id end,
    write_off_by = case when a.id in (select k.id from known k where k.is_changed) then null else a.write_off_by end,
    last_seen_at = excluded.last_seen_at,
    last_run_id = excluded.last_run_id
returning a.id
