-- Replays of dead letters that ann asked for. One row.
select count(*)
from paybus.events
where type = 'dead_letter.replayed'
  and actor = 'ann'
  and before->>'status' = 'open'
