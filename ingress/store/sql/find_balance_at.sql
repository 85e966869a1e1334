-- Posted balance of an account before the moment $3: that of its last entry until then, 0 if there was none. One row, or
-- none if the account does not exist or belongs to somebody else than owner $2 (null: anybody's). The balance is a subquery:
-- a join planned on empty tables would read all entries.
select a.id, a.currency, r.version,
       coalesce((select e.balance_after
                 from api.entries e
                 where e.account_id = a.id and e.account_version = r.version), 0) as posted
from api.accounts a
cross join lateral (select api.last_entry_version(a.id, a.version, null, $3) as version offset 0) r
where a.id = $1 and ($2::text is null or a.owner = $2)
