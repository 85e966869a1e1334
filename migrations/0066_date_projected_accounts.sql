-- Since when events are projected: an account whose first entry is later, and of which nothing was consumed, was left out.
alter table paybus.reconcile_projection add column created_at timestamptz;
alter table paybus.reconcile_projection alter column created_at set default clock_timestamp();
create index reconcile_projection_by_creation on paybus.reconcile_projection (created_at) where created_at is not null;
comment on column paybus.reconcile_projection.created_at is 'When its first event was consumed; null: before that was noted';
