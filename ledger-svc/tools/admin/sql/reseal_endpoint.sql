-- The webhook endpoint $1 has the same secret in another text, $3 instead of $2, and $4 for the previous one if that signs. One row,
-- none if its secret is another one now.
update paybus.webhook_endpoints
set secret          = $3::text,
    previous_secret = coalesce($4::text, previous_secret)
where id = $1::uuid
  and secret = $2::text
returning id
