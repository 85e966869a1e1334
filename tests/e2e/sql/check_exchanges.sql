-- Exchanges that did not buy what their rate and rounding say. 20 rows at most.
select x.id::text as object,
       format('%s at %s/%s %s: bought %s', x.sold, x.rate_numerator, x.rate_denominator, x.rounding, x.bought) as detail
from (select t.id, d.rate_numerator, d.rate_denominator, d.rounding,
             (select e.amount from paybus.entries e where e.transaction_id = t.id and e.leg = 0)::numeric as sold,
             (select e.amount from paybus.entries e where e.transaction_id = t.id and e.leg = 3) as bought
      from paybus.transactions t
      left join paybus.transaction_details d on d.transaction_id = t.id
      where t.kind = 'exchange') x
cross join lateral (select div(x.sold * x.rate_numerator, x.rate_denominator) as whole,
                           2 * mod(x.sold * x.rate_numerator, x.rate_denominator) as twice_rest) r
where x.bought is distinct from
      case when x.rounding = 'half_even'
                and (r.twice_rest > x.rate_denominator or (r.twice_rest = x.rate_denominator and mod(r.whole, 2) = 1))
           then r.whole + 1 else r.whole end
limit 20
