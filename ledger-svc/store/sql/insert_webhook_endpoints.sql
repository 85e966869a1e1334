-- New webhook endpoints. No rows come back.
insert into paybus.webhook_endpoints (id, owner, url, event_types, description, status, disabled_reason, secret,
                                      previous_secret, previous_until, enabled_at, created_at, updated_at, url_version)
select n.id, n.owner, n.url, n.event_types, n.description, n.status, n.disabled_reason, n.secret, n.previous_secret,
       n.previous_until, n.enabled_at, n.created_at, n.updated_at, n.url_version
from (select unnest($1::uuid[]) as id, unnest($2::text[]) as owner, unnest($3::text[]) as url,
             unnest($4::json[]) as event_types, unnest($5::text[]) as description, unnest($6::text[]) as status,
             unnest($7::text[]) as disabled_reason, unnest($8::text[]) as secret, unnest($9::text[]) as previous_secret,
             unnest($10::timestamptz[]) as previous_until, unnest($11::timestamptz[]) as enabled_at,
             unnest($12::timestamptz[]) as created_at, unnest($13::timestamptz[]) as updated_at,
             unnest($14::integer[]) as url_version) as n
