-- An endpoint that does not answer is tried by one delivery at a time, after a restart too (docs/decisions/0016).
alter table paybus.webhook_endpoint_health
    add column unanswered bigint not null default 0,
    add column answered_at timestamptz;
comment on column paybus.webhook_endpoint_health.unanswered is 'Tries in a row that had no answer, not even a bad one';
comment on column paybus.webhook_endpoint_health.answered_at is 'When a try that was answered began last';
