-- What run $1 found: $2 ids for new ones, $3 codes, $4 checks, $5 severities, $6 families, $7 types of objects, $8 objects,
-- $9 their ids, $10 currencies, $11 expected, $12 actual, $13 details. One that was resolved opens again. As many rows as $2.
insert into paybus.reconcile_anomalies as a
    (id, code, check_id, severity, family, object_type, object, object_id, currency, expected, actual, detail,
     first_seen_at, last_seen_at, first_run_id, last_run_id)
select f.id, f.code, f.check_id, f.severity, f.family, f.object_type, f.object, f.object_id, f.currency, f.expected, f.actual,
       f.detail, clock_timestamp(), clock_timestamp(), $1::uuid, $1::uuid
from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[],
            $11::bigint[], $12::bigint[], $13::text[])
     as f (id, code, check_id, severity, family, object_type, object, object_id, currency, expected, actual, detail)
on conflict (code, object) do update
set check_id = excluded.check_id, severity = excluded.severity, family = excluded.family, currency = excluded.currency,
    expected = excluded.expected, actual = excluded.actual, detail = excluded.detail,
    state = case a.state when 'resolved' then 'open' else a.state end,
    first_seen_at = case a.state when 'resolved' then excluded.first_seen_at else a.first_seen_at end,
    first_run_id = case a.state when 'resolved' then excluded.first_run_id else a.first_run_id end,
    last_seen_at = excluded.last_seen_at,
    last_run_id = excluded.last_run_id
returning a.id
