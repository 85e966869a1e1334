-- A number below those of all events from time $1 on. A block is sealed after its events, and nothing below its last number is
-- still to come: what it has is older than the time of its sealing.
select coalesce((select b.last_seq
                 from paybus.blocks b
                 where b.sealed_at < $1::timestamptz
                 order by b.sealed_at desc
                 limit 1), 0)
