-- How far events have become deliveries. One row, or none before it has begun: up to which block and number; how often was noted;
-- block and number up to which nothing is missing any more; the number up to which others have gone by (0: none have); the last
-- sealed number; when the first block was sealed in which some are missing. Nothing is still to come below a block's end. A block
-- is whole when as many numbers of it were noted as it has events.
with place as (
    select f.done_block, f.done_seq, f.notes, f.beyond
    from paybus.webhook_fanout f),
next as (
    select b.number, b.last_seq, b.sealed_at,
           b.event_count <= (select coalesce(sum(upper(r) - lower(r)), 0)
                             from unnest(p.beyond * int8multirange(int8range(b.first_seq, b.last_seq, '[]'))) as r) as is_whole
    from place p
    cross join lateral (select number, first_seq, last_seq, event_count, sealed_at
                        from paybus.blocks
                        where number > p.done_block
                        order by number
                        limit 256) as b),
whole as (
    select max(n.number) as number, max(n.last_seq) as last_seq
    from (select number, last_seq, bool_and(is_whole) over (order by number) as is_whole from next) as n
    where n.is_whole),
ahead as (
    select max(b.last_seq) as sealed_seq,
           max(b.last_seq) filter (where b.last_seq < (select upper(p.beyond) from place p)) as passed_seq
    from place p
    cross join lateral (select last_seq
                        from paybus.blocks
                        where number > p.done_block
                        order by number
                        limit 10000) as b)
select p.done_block, p.done_seq, p.notes, coalesce(w.number, p.done_block), coalesce(w.last_seq, p.done_seq),
       coalesce(a.passed_seq, 0), coalesce(a.sealed_seq, p.done_seq),
       (select n.sealed_at from next n where not n.is_whole order by n.number limit 1)
from place p
cross join whole w
cross join ahead a
