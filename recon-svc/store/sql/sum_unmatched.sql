-- What of statements is open, by currency and result: how many rows, the sum of what both sides differ by, whatever its sign, and
-- the first of their days, null where none can be read.
select r.currency, r.result, count(*) as lines, least(sum(abs(r.expected - r.actual)), 9223372036854775807)::bigint as amount,
       min(r.day) as oldest
from paybus.reconcile_open_results r
group by r.currency, r.result
order by r.currency, r.result
