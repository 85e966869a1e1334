-- Posted balance of an account before the moment $3: that of its last entry until then, 0 if there was none. One row, or
-- none if the account does not exist or belongs to somebody else than owner $2 (null: anybody's).
select a.id, a.currency, coalesce(e.account_version, 0) as version, coalesce(e.balance_after, 0) as posted
from api.accounts a
left join api.entries e
       on e.account_id = a.id
      and e.account_version = api.last_entry_version(a.id, a.version, null, $3)
where a.id = $1 and ($2::text is null or a.owner = $2)
