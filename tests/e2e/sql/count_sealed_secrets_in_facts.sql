-- How many facts tell a sealed secret of an endpoint. One row.
select count(*)
from paybus.events e
join paybus.webhook_endpoints w on w.id = e.object_id
where position(w.secret in e.after::text) > 0
   or position(coalesce(w.previous_secret, w.secret) in e.after::text) > 0
