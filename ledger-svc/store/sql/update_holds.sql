-- Holds that were captured, released or expired, each as it was loaded. One row, or PB001.
with written as (
    update paybus.holds as h
    set captured   = n.captured,
        status     = n.status,
        capture_id = n.capture_id,
        updated_at = coalesce(n.updated_at, $7)
    from (select unnest($1::uuid[]) as id, unnest($2::bigint[]) as loaded_captured, unnest($3::bigint[]) as captured,
                 unnest($4::text[]) as status, unnest($5::uuid[]) as capture_id,
                 unnest($6::timestamptz[]) as updated_at) as n
    where h.id = n.id
      and h.captured = n.loaded_captured
      and h.status in ('authorized', 'partially_captured')
    returning 1)
select paybus.require_count((select count(*) from written), $8::bigint, 'holds updated')
