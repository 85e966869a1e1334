-- How many webhook events were accepted. One row.
select count(*) from paybus.webhook_events
