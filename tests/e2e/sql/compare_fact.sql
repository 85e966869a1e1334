-- Does the audit trail tell of a posted transaction what its client was told ($1: the answer's body)? The answer's extra
-- member is "balances", which the fact has as the accounts after it. One row: whether the transaction is the same, whether
-- the posted balances are, whether each account stands one version and its amount earlier before. No row: no such fact.
select (e.after -> 'transaction')::jsonb = ($1::text::jsonb - 'balances'),
       (select bool_and((a ->> 'posted')::bigint = ($1::text::jsonb #>> array['balances', a ->> 'id', 'posted'])::bigint)
        from json_array_elements(e.after -> 'accounts') as a),
       (select bool_and((b ->> 'version')::bigint = (a ->> 'version')::bigint - 1
                        and abs((b ->> 'posted')::bigint - (a ->> 'posted')::bigint) = ($1::text::jsonb ->> 'amount')::bigint)
               and count(*) = 2
        from json_array_elements(e.before -> 'accounts') as b
        join json_array_elements(e.after -> 'accounts') as a on a ->> 'id' = b ->> 'id')
from api.audit as e
where e.type = 'transaction.posted' and api.typeid('txn', e.object) = $1::text::jsonb ->> 'id'
