-- How many holds are open, of which no more than 100,000 are counted, and for how many seconds the longest overdue has been due:
-- negative before any is; null without any. Both from the index holds_due. One row.
select (select count(*)
        from (select from paybus.holds
              where status in ('authorized', 'partially_captured')
                and expires_at > '-infinity'
              order by expires_at
              limit 100000) as h) as open,
       (select extract(epoch from now() - expires_at)::bigint
        from paybus.holds
        where status in ('authorized', 'partially_captured')
          and expires_at > '-infinity'
        order by expires_at
        limit 1) as overdue_seconds
