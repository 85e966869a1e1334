-- Transactions of which more is given back, each as it was loaded. One row, or PB001.
with written as (
    update paybus.reversals as r
    set reversed   = n.reversed,
        updated_at = coalesce(n.updated_at, $5)
    from (select unnest($1::uuid[]) as transaction_id, unnest($2::bigint[]) as loaded_reversed,
                 unnest($3::bigint[]) as reversed, unnest($4::timestamptz[]) as updated_at) as n
    where r.transaction_id = n.transaction_id
      and r.reversed = n.loaded_reversed
    returning 1)
select paybus.require_count((select count(*) from written), $6::bigint, 'reversals updated')
