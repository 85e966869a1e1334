-- Webhook endpoints that were changed, switched off or on, deleted, or have a new secret. One row, or PB001.
with written as (
    update paybus.webhook_endpoints as e
    set url             = n.url,
        event_types     = n.event_types,
        description     = n.description,
        status          = n.status,
        disabled_reason = n.disabled_reason,
        secret          = n.secret,
        previous_secret = n.previous_secret,
        previous_until  = n.previous_until,
        enabled_at      = n.enabled_at,
        updated_at      = n.updated_at,
        url_version     = n.url_version
    from (select unnest($1::uuid[]) as id, unnest($2::text[]) as url, unnest($3::json[]) as event_types,
                 unnest($4::text[]) as description, unnest($5::text[]) as status, unnest($6::text[]) as disabled_reason,
                 unnest($7::text[]) as secret, unnest($8::text[]) as previous_secret,
                 unnest($9::timestamptz[]) as previous_until, unnest($10::timestamptz[]) as enabled_at,
                 unnest($11::timestamptz[]) as updated_at, unnest($12::integer[]) as url_version) as n
    where e.id = n.id
      and e.status <> 'deleted'
    returning 1)
select paybus.require_count((select count(*) from written), $13::bigint, 'webhook endpoints updated')
