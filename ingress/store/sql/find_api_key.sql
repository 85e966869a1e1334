-- Whose key this is: one row, or none for an unknown or revoked one.
select id, owner, array_to_string(scopes, ' ') as scopes
from api.find_api_key($1)
