-- The work of a webhook event. One row, or none.
select w.id
from paybus.work w
where w.object_id = $1
  and w.kind = 'webhook'
