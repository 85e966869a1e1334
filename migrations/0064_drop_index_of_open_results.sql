-- That of 0062 takes the place of the first one; lines that were seen before are found by their statements' days.
drop index paybus.reconcile_results_open, paybus.reconcile_statement_lines_by_bank_reference;
