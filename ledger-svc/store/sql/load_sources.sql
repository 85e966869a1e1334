-- What is known of these sources, for ever. One row per known source.
select digest, status, body
from paybus.sources
where digest = any($1::uuid[])
order by digest
