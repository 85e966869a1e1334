# banned.awk - prints file:line: what for calls and types that the house style bans, and for SQL text in C.
# A line may opt out by name with a reason: /* allow: sprintf: why */
BEGIN {
    calls = "strcpy strcat sprintf vsprintf strtok atoi gets system alloca gmtime localtime"
    count = split(calls, banned, " ")
}

function allowed(name) {
    return $0 ~ ("/\\* allow: " name ": [^ *][^*]* \\*/")
}

function complain(name, what) {
    if (!allowed(name))
        printf "%s:%d: %s\n", FILENAME, FNR, what
}

{
    with_strings = $0
    was_in_comment = in_comment
    code = strip($0, 0)
}

{
    for (i = 1; i <= count; i++)
        if (code ~ ("(^|[^A-Za-z0-9_])" banned[i] "[ \t]*\\("))
            complain(banned[i], banned[i] "() is banned")
}

FILENAME != "shared/io/log.c" && $0 ~ /log_(str|int|bool)\("(ts|level|service|instance|event)"/ {
    complain("log", "every line of a log has a member of that name already")
}

FILENAME ~ /^(shared\/core\/money|ledger-svc\/domain\/)/ && code ~ /(^|[^A-Za-z0-9_])(float|double)([^A-Za-z0-9_]|$)/ {
    complain("float", "no floating point near money")
}

# Where signatures, digests of keys and secrets of callers are compared, how long it takes must not tell how much was right.
FILENAME ~ /^(shared\/core\/(webhook_signature|sealed|digest)|ingress\/edge\/(credentials|dispatch|demo|webhooks)|ingress\/store\/keys)\.c$/ && code ~ /(^|[^A-Za-z0-9_])(memcmp|bcmp|strcmp|strncmp|strcasecmp|str_eq|str_eq_c)[ \t]*\(/ {
    complain("compare", "what callers may not guess is compared by sodium_memcmp")
}

FILENAME ~ /\.c$/ && FILENAME !~ /^tests\// && code ~ /"/ {
    in_comment = was_in_comment
    if (tolower(strip(with_strings, 1)) ~ /"[ \t]*(select|insert|update|delete)[ \t]/)
        complain("sql", "SQL text belongs into a .sql file")
}
