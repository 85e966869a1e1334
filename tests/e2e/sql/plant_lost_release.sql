-- A hold ends and its money stays held. One row changed.
update paybus.holds
set status = 'released'
where id = (select max(id::text)::uuid from paybus.holds where status = 'partially_captured')
