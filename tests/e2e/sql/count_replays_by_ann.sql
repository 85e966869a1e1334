-- Replays of dead letters that somebody on the bus asked for who says to be ann. One row.
select count(*)
from paybus.events
where type = 'dead_letter.replayed'
  and actor = 'nats:ann'
  and before->>'status' = 'open'
