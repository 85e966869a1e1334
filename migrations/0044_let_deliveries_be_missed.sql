-- A delivery whose endpoint is disabled or deleted is missed: its work stays, without a message, until a recovery. Work of
-- deliveries names the endpoint, so that what did not arrive there is found by itself. The words of before are among the new
-- ones: there is nothing to validate.
alter domain paybus.work_state drop constraint work_state_check;
alter domain paybus.work_state add constraint work_state_check
    check (value in ('received', 'processing', 'processed', 'failed', 'dead', 'missed')) not valid;
comment on domain paybus.work_state is
    'received -> processing -> processed, failed (a retry is due), dead or missed (nobody wants it now); failed -> processing; replay: failed, dead, missed -> received';

alter table paybus.work add column endpoint_id uuid;
comment on column paybus.work.endpoint_id is 'Of deliveries: where to';
create or replace view api.webhook_deliveries as
    select d.id, d.endpoint_id, e.owner, d.event_id, d.event_type, d.body, d.created_at,
           case w.state
               when 'processed' then 'delivered'
               when 'failed' then case when w.attempts > 0 then 'failed' else 'pending' end
               when 'dead' then 'dead'
               when 'received' then 'pending'
               when 'processing' then 'pending'
               else 'missed'
           end as status,
           coalesce(w.attempts, 0) as attempts, w.next_attempt_at, w.last_error,
           coalesce(w.updated_at, d.created_at) as updated_at
    from paybus.webhook_deliveries d
    join paybus.webhook_endpoints e on e.id = d.endpoint_id
    left join paybus.work w on w.object_id = d.id and w.kind = 'delivery';
comment on column api.webhook_deliveries.status is
    'pending (put off untried, too), failed (a retry is due), delivered, dead, or missed: the endpoint was disabled or deleted';

-- An address has a number, so that what the one before answered is not held against the next.
alter table paybus.webhook_endpoints add column url_version integer not null default 1;
comment on column paybus.webhook_endpoints.url_version is 'One more with each change of the url';
grant update (url_version) on paybus.webhook_endpoints to paybus_ledger;
alter table paybus.webhook_endpoint_health add column url_version integer not null default 1;
comment on column paybus.webhook_endpoint_health.url_version is 'Which of its urls this is about: the newest that was tried';
