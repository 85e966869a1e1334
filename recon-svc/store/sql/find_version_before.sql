-- The version of the account $1 after its last entry before the time $2 (0: none): one row, or none without the account. Entries
-- of an account rise in time with the version, so that some thirty of them are looked at.
with recursive search (low, high) as (
    select 0::bigint, a.version
    from paybus.accounts a
    where a.id = $1::uuid
    union all
    select case when e.is_earlier then e.middle else s.low end, case when e.is_earlier then s.high else e.middle - 1 end
    from search s
    cross join lateral (
        select n.account_version as middle, n.created_at < $2::timestamptz as is_earlier
        from paybus.entries n
        where n.account_id = $1::uuid and n.account_version = (s.low + s.high + 1) / 2) e
    where s.low < s.high)
select s.low from search s where s.low >= s.high
