-- Who stood beside a crash is not to blame: attempts that were begun among others and whose lease ran out do not count towards
-- death, those that were begun alone after that do (docs/decisions/0015).
alter table paybus.work
    add column lapses integer not null default 0,
    add column is_alone boolean not null default false;
comment on column paybus.work.lapses is 'How many of its attempts do not count: begun among others, and their lease ran out';
comment on column paybus.work.is_alone is 'Its latest attempt was begun alone, since the lease of the one before ran out';
grant update (lapses, is_alone) on paybus.work to paybus_webhook;
