-- What is visible now, and the file of the webhook endpoints: another one after they were truncated. One row.
select pg_current_snapshot()::text, pg_relation_filenode('paybus.webhook_endpoints')::bigint
