-- A number below those of all events from time $1 on: the last one of the blocks before the first that was sealed since. A block is
-- sealed after its events, and nothing below its last number is still to come: what it has is older than the time of its
-- sealing. The clock may have been set back: then blocks before that one were sealed at a later time, and have what is asked for.
-- ("offset 0": by the time of sealing, not through all blocks.)
select coalesce((select b.last_seq
                 from paybus.blocks b
                 where b.number < coalesce((select min(s.number)
                                            from (select number
                                                  from paybus.blocks
                                                  where sealed_at >= $1::timestamptz
                                                  order by sealed_at
                                                  offset 0) s), 9223372036854775807)
                 order by b.number desc
                 limit 1), 0)
