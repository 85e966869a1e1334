-- The event of a capture is lost. One row less.
delete from paybus.events
where id = (select max(id::text)::uuid from paybus.events where type = 'hold.captured')
