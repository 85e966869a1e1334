-- Each example, retry and recovery that an owner asks for is work for services that all owners share.
create table paybus.webhook_asks (
    owner       text primary key,
    spent_until timestamptz not null
) with (fillfactor = 50);
comment on table paybus.webhook_asks is 'How much of what an owner may ask for about his webhooks is used up; a row for whoever asked';
comment on column paybus.webhook_asks.owner is 'Whose webhooks';
comment on column paybus.webhook_asks.spent_until is 'When all of it is there again';
grant select, insert, update on paybus.webhook_asks to paybus_webhook;
