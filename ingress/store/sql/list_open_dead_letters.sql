-- Open dead letters, newest first, after the cursor $1 and from the id $7 on: at most $8 rows. Given up from $5 until before
-- $6; filters: $2 kind, $3 type, $4 what its error contains (null: any). Looks at 20,000 at most; if these have fewer than $8
-- that are wanted, the last one looked at comes, too (is_last), so that the next page goes on from there.
select s.id, s.work_id, s.kind, s.object_id, s.event_type, s.subject, s.error, s.attempts, s.stream_seq, s.resolution,
       s.resolved_by, s.resolved_at, s.created_at, s.note, s.is_wanted, s.place = 20000 as is_last
from (select n.*, row_number() over (order by n.id desc) as place
      from (select d.id, d.work_id, d.kind, d.object_id, d.event_type, d.subject, d.error, d.attempts, d.stream_seq,
                   d.resolution, d.resolved_by, d.resolved_at, d.created_at, d.note,
                   ($2::text is null or d.kind = $2)
                       and ($3::text is null or d.event_type = $3)
                       and ($4::text is null or strpos(d.error, $4) > 0)
                       and d.created_at >= $5
                       and d.created_at < $6 as is_wanted
            from api.dead_letters d
            where d.resolved_at is null and d.id < $1 and d.id >= $7
            order by d.id desc
            limit 20000) n) s
where s.is_wanted or s.place = 20000
order by s.id desc
limit $8
