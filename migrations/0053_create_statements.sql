-- Statements of banks and other partners, what became of their lines, which of our entries they explain (docs/decisions/0021).

create table paybus.reconcile_statements (
    id               uuid primary key,
    account_id       uuid not null,
    content_hash     bytea not null check (length(content_hash) = 32),
    format           text not null check (format in ('csv', 'camt.053')),
    number           text,
    currency         text not null,
    first_day        date not null,
    last_day         date not null check (last_day >= first_day),
    opening_balance  bigint not null,
    closing_balance  bigint not null,
    computed_balance bigint not null,
    footing          text not null check (footing in ('good', 'wrong', 'unknown')),
    state            text not null check (state in ('reconciled', 'disputed')),
    line_count       bigint not null check (line_count >= 0),
    results          json not null,
    actor            text not null,
    created_at       timestamptz not null default clock_timestamp(),
    constraint reconcile_statements_foot check ((state = 'disputed') = (footing = 'wrong')),
    unique (account_id, content_hash)
);
create index reconcile_statements_by_day on paybus.reconcile_statements (account_id, last_day, created_at)
    where state = 'reconciled';
create index reconcile_statements_of_account on paybus.reconcile_statements (account_id, id);
create index reconcile_statements_disputed on paybus.reconcile_statements (id) where state = 'disputed';
comment on table paybus.reconcile_statements is 'Statements that came from outside; append only, each file of an account once';
comment on column paybus.reconcile_statements.id is 'stm_ TypeID';
comment on column paybus.reconcile_statements.account_id is 'Which of our accounts it is about';
comment on column paybus.reconcile_statements.content_hash is 'BLAKE2b-256 of the file: the same file again is the same statement';
comment on column paybus.reconcile_statements.format is 'csv or camt.053';
comment on column paybus.reconcile_statements.number is 'What the bank calls it';
comment on column paybus.reconcile_statements.currency is 'That of both balances and of the account';
comment on column paybus.reconcile_statements.first_day is 'The first day that it is about';
comment on column paybus.reconcile_statements.last_day is 'The last day that it is about';
comment on column paybus.reconcile_statements.opening_balance is 'Before its first line, minor units, as the bank says';
comment on column paybus.reconcile_statements.closing_balance is 'After its last line, as the bank says';
comment on column paybus.reconcile_statements.computed_balance is 'Where its lines lead from the opening balance';
comment on column paybus.reconcile_statements.footing is 'Do both agree? unknown: an amount cannot be read';
comment on column paybus.reconcile_statements.state is 'reconciled; disputed: it does not foot, so that none of its lines counts';
comment on column paybus.reconcile_statements.line_count is 'How many lines it has';
comment on column paybus.reconcile_statements.results is 'How many of each result';
comment on column paybus.reconcile_statements.actor is 'Who sent it';
comment on column paybus.reconcile_statements.created_at is 'When';
select paybus.make_append_only('paybus.reconcile_statements');

create table paybus.reconcile_statement_lines (
    statement_id   uuid not null references paybus.reconcile_statements (id),
    number         bigint not null check (number >= 1),
    account_id     uuid not null,
    amount         bigint,
    currency       text,
    booked_on      date,
    valued_on      date,
    reference      text,
    bank_reference text,
    text           text,
    refused        text,
    primary key (statement_id, number),
    constraint reconcile_statement_lines_readable
        check (refused is not null or num_nulls(amount, currency, booked_on, valued_on) = 0)
);
create index reconcile_statement_lines_by_bank_reference on paybus.reconcile_statement_lines (account_id, bank_reference)
    where bank_reference is not null and refused is null;
comment on table paybus.reconcile_statement_lines is 'Lines of statements, those that cannot be read among them; append only';
comment on column paybus.reconcile_statement_lines.statement_id is 'Of which statement';
comment on column paybus.reconcile_statement_lines.number is 'Of a CSV: the line of the file; of camt.053: which of all';
comment on column paybus.reconcile_statement_lines.account_id is 'That of its statement';
comment on column paybus.reconcile_statement_lines.amount is 'Minor units; above zero: the bank credited';
comment on column paybus.reconcile_statement_lines.currency is 'Of the amount';
comment on column paybus.reconcile_statement_lines.booked_on is 'Booking date';
comment on column paybus.reconcile_statement_lines.valued_on is 'Value date';
comment on column paybus.reconcile_statement_lines.reference is 'End to end reference, or our transaction''s id';
comment on column paybus.reconcile_statement_lines.bank_reference is 'The bank''s own number of it';
comment on column paybus.reconcile_statement_lines.text is 'For people';
comment on column paybus.reconcile_statement_lines.refused is 'Why it is set aside; null: it is good';
select paybus.make_append_only('paybus.reconcile_statement_lines');

create table paybus.reconcile_results (
    statement_id   uuid not null references paybus.reconcile_statements (id),
    number         bigint not null check (number >= 1),
    result         text not null check (result in ('matched', 'late', 'missing_here', 'missing_at_bank', 'amount', 'currency',
        'date', 'duplicate_at_bank', 'duplicate_here', 'ambiguous', 'seen_before', 'quarantined')),
    group_number   bigint not null,
    is_lead        boolean not null,
    line_number    bigint,
    transaction_id uuid,
    leg            smallint,
    day            date,
    currency       text,
    expected       bigint not null,
    actual         bigint not null,
    primary key (statement_id, number),
    constraint reconcile_results_about_something check (num_nonnulls(line_number, transaction_id) > 0),
    constraint reconcile_results_name_a_leg check ((transaction_id is null) = (leg is null))
);
create index reconcile_results_by_result on paybus.reconcile_results (statement_id, result, number);
create index reconcile_results_open on paybus.reconcile_results (statement_id, number)
    where is_lead and result not in ('matched', 'seen_before');
comment on table paybus.reconcile_results is
    'What became of each line of a statement, and of each entry of ours that it should have; append only';
comment on column paybus.reconcile_results.statement_id is 'Of which statement';
comment on column paybus.reconcile_results.number is 'Their order: lines, then entries without one';
comment on column paybus.reconcile_results.result is 'What became of it: recon-svc/domain/statement_result.def';
comment on column paybus.reconcile_results.group_number is 'Rows of a statement that explain each other have the same';
comment on column paybus.reconcile_results.is_lead is 'The first of its group: the anomaly bears its name';
comment on column paybus.reconcile_results.line_number is 'Which line; null: the bank has none';
comment on column paybus.reconcile_results.transaction_id is 'Our transaction; null: we have none';
comment on column paybus.reconcile_results.leg is 'Which of its entries';
comment on column paybus.reconcile_results.day is 'When the line was booked, or the entry was made; null: not readable';
comment on column paybus.reconcile_results.currency is 'Of the amounts; null: not readable';
comment on column paybus.reconcile_results.expected is 'What we have, with the bank''s sign; of the whole group';
comment on column paybus.reconcile_results.actual is 'What the bank has; of the whole group';
select paybus.make_append_only('paybus.reconcile_results');

create table paybus.reconcile_matches (
    transaction_id uuid not null,
    leg            smallint not null,
    statement_id   uuid not null references paybus.reconcile_statements (id),
    group_number   bigint not null,
    primary key (transaction_id, leg)
);
create index reconcile_matches_by_group on paybus.reconcile_matches (statement_id, group_number);
comment on table paybus.reconcile_matches is 'Entries that a statement explains: each of them once; append only';
comment on column paybus.reconcile_matches.transaction_id is 'Whose entry';
comment on column paybus.reconcile_matches.leg is 'Which one';
comment on column paybus.reconcile_matches.statement_id is 'Explained by which statement';
comment on column paybus.reconcile_matches.group_number is 'And by which rows of its results';
select paybus.make_append_only('paybus.reconcile_matches');

grant select, insert on paybus.reconcile_statements, paybus.reconcile_statement_lines, paybus.reconcile_results,
    paybus.reconcile_matches to paybus_recon;

create view api.bank_statements as
    select s.id, s.account_id, s.format, s.number, s.currency, s.first_day, s.last_day, s.opening_balance, s.closing_balance,
           s.computed_balance, s.footing, s.state, s.line_count, s.results, s.actor, s.created_at
    from paybus.reconcile_statements s;
comment on view api.bank_statements is 'Statements that came from outside';
comment on column api.bank_statements.id is 'stm_ TypeID';
comment on column api.bank_statements.account_id is 'Which of our accounts it is about';
comment on column api.bank_statements.format is 'csv or camt.053';
comment on column api.bank_statements.number is 'What the bank calls it';
comment on column api.bank_statements.currency is 'That of both balances';
comment on column api.bank_statements.first_day is 'The first day that it is about';
comment on column api.bank_statements.last_day is 'The last day that it is about';
comment on column api.bank_statements.opening_balance is 'As the bank says';
comment on column api.bank_statements.closing_balance is 'As the bank says';
comment on column api.bank_statements.computed_balance is 'Where its lines lead';
comment on column api.bank_statements.footing is 'good, wrong or unknown';
comment on column api.bank_statements.state is 'reconciled or disputed';
comment on column api.bank_statements.line_count is 'How many lines it has';
comment on column api.bank_statements.results is 'How many of each result';
comment on column api.bank_statements.actor is 'Who sent it';
comment on column api.bank_statements.created_at is 'When';

create view api.bank_statement_results as
    select r.statement_id, r.number, r.result, r.group_number, r.line_number, r.transaction_id, r.day, r.currency, r.expected,
           r.actual, l.amount, l.reference, l.bank_reference, l.text, l.refused
    from paybus.reconcile_results r
    left join paybus.reconcile_statement_lines l on l.statement_id = r.statement_id and l.number = r.line_number;
comment on view api.bank_statement_results is 'What became of the lines of statements, with the lines';
comment on column api.bank_statement_results.statement_id is 'Of which statement';
comment on column api.bank_statement_results.number is 'Their order';
comment on column api.bank_statement_results.result is 'What became of it';
comment on column api.bank_statement_results.group_number is 'Rows that explain each other have the same';
comment on column api.bank_statement_results.line_number is 'Which line; null: the bank has none';
comment on column api.bank_statement_results.transaction_id is 'Our transaction; null: we have none';
comment on column api.bank_statement_results.day is 'When it was booked, or made';
comment on column api.bank_statement_results.currency is 'Of the amounts';
comment on column api.bank_statement_results.expected is 'What we have';
comment on column api.bank_statement_results.actual is 'What the bank has';
comment on column api.bank_statement_results.amount is 'Of the line';
comment on column api.bank_statement_results.reference is 'Of the line';
comment on column api.bank_statement_results.bank_reference is 'The bank''s own number of the line';
comment on column api.bank_statement_results.text is 'Of the line';
comment on column api.bank_statement_results.refused is 'Why the line is set aside; null: it is good';
grant select on api.bank_statements, api.bank_statement_results to paybus_ingress;
