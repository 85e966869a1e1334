-- Sources that had their effect now, in order of digest. One row, or PB001.
with written as (
    insert into paybus.sources (digest, source, command_id, status, body, created_at)
    select n.digest, n.source, n.command_id, n.status, n.body, $6::timestamptz
    from unnest($1::uuid[], $2::text[], $3::uuid[], $4::smallint[], $5::text[])
         as n (digest, source, command_id, status, body)
    returning 1)
select paybus.require_count((select count(*) from written), $7::bigint, 'sources inserted')
