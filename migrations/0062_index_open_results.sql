-- paybus: no transaction
-- What of statements is open, of each result the latest first.
create index concurrently if not exists reconcile_results_open_of_result on paybus.reconcile_results (result, statement_id, number)
    where is_lead and result not in ('matched', 'seen_before');
