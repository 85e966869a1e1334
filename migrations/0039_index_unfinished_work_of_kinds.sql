-- paybus: no transaction
-- What the sweeper looks through: the unfinished work of a kind, the longest unseen first. A kind's backlog hides no other's.
create index concurrently if not exists work_unfinished_of_kind on paybus.work (kind, enqueued_at, id)
    where state in ('received', 'processing', 'failed');
