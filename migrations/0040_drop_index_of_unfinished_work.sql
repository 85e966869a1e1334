-- The sweeper looks for each kind by itself (work_unfinished_of_kind).
drop index paybus.work_unfinished;
comment on column paybus.work.enqueued_at is
    'When its newest message was made: by the relay soon after, by a replay, by the sweeper; or when one was claimed';
