-- paybus: no transaction
-- What waits in the database, by endpoint and by when it is due, so that what is due for one endpoint keeps no other waiting. All
-- other work is of one lane together.
create index concurrently if not exists work_parked_by_lane
    on paybus.work (coalesce(endpoint_id, '00000000-0000-0000-0000-000000000000'), parked_until)
    where state = 'failed' and parked_until is not null;
