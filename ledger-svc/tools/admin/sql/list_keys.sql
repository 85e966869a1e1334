-- Every key, oldest first. One row each.
select id, owner, array_to_string(scopes, ','), coalesce(name, ''), created_at, revoked_at
from paybus.api_keys
order by id
