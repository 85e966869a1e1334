-- Currencies in which all accounts together, or all entries together, do not sum to zero. One row each.
select currency as object, format('accounts are off by %s, entries by %s', accounts, entries) as detail
from (select currency, sum(credits_posted - debits_posted) as accounts from paybus.accounts group by currency) as a
full join (select currency, sum(case direction when 'credit' then amount else -amount end) as entries
           from paybus.entries
           group by currency) as e using (currency)
where coalesce(accounts, 0) <> 0 or coalesce(entries, 0) <> 0
