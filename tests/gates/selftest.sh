#!/bin/sh
# selftest.sh - the gates that are made here find what they are made for: a gate that is always content guards nothing.
. "$(dirname "$0")/lib.sh"

gates=$PWD/tests/gates
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/shared/core" "$work/shared/io"

cat >"$work/shared/core/money.c" <<'END'
/* a double entry; system("x") in a comment is no call */
double ratio; /* the name of a type */
int many(int a, int b, void (*c)(int, int), int d, int e, int f)
{
    return a;
}
END
cat >"$work/shared/io/calls.c" <<'END'
static const char *text = "strcpy(a, b)";
    strcpy(a, b); /* allow: strcpy: both are literals */
    strcpy(a, b); /* allow: strcpy: */
    my_system(1); gmtime_r(t, &tm); x = gmtime (t);
    query("select 1"); query("selected"); /* "update x" */
    "a \" quote", '"', atoi("1");
    log_event(LOG_INFO, "asked", log_str("service", name));
END
cat >"$work/shared/core/webhook_signature.c" <<'END'
    good = sodium_memcmp(a, b, 32) == 0;
    good = memcmp(a, b, 32) == 0;
    good = memcmp(a, "v1,", 3) == 0; /* allow: compare: a known prefix */
    good = str_eq(a, b);
END
{
    printf 'void long_one(void)\n{\n'
    seq 71 | sed 's/.*/    step(&);/'
    printf '}\nvoid with_table(void)\n{\n    static const int t[] = {\n'
    seq 100 | sed 's/.*/        &,/'
    printf '    };\n}\n'
} >"$work/shared/io/long.c"
seq 151 >"$work/shared/io/long.h"

mkdir "$work/dashboards"
jq '.schemaVersion = 30
    | .panels[1].targets[0] += {expr: "sum(paybus_recon_anomalies{instance=~\"$nowhere\"})", instant: false}
    | .panels[1].fieldConfig.defaults.thresholds.steps[0].value = 3
    | .panels[2].gridPos.x = 13 | del(.panels[2].fieldConfig.defaults.unit) | .panels[3].fieldConfig.defaults.unit = "furlongs"
    | .panels[4].links = [{title: "Nothing", url: "${runbooks}/Nothing.md"}]' \
    compose/grafana/dashboards/paybus-overview.json >"$work/dashboards/broken.json"

found() {
    cd "$work"
    awk -f "$gates/strip.awk" -f "$gates/banned.awk" shared/*/*.c
    awk -f "$gates/strip.awk" -f "$gates/sizes.awk" shared/*/*.[ch]
    "$gates/dashboards.sh" "$work/dashboards" || true
}
wanted='shared/core/money.c:2: no floating point near money
shared/core/webhook_signature.c:2: what callers may not guess is compared by sodium_memcmp
shared/core/webhook_signature.c:4: what callers may not guess is compared by sodium_memcmp
shared/io/calls.c:3: strcpy() is banned
shared/io/calls.c:4: gmtime() is banned
shared/io/calls.c:5: SQL text belongs into a .sql file
shared/io/calls.c:6: atoi() is banned
shared/io/calls.c:7: every line of a log has a member of that name already
parameters shared/core/money.c:many 6 4
function shared/io/long.c:long_one 71 2
file shared/io/long.h 151 1
broken.json: schemaVersion is not of Grafana 9 to 11
broken.json: Open anomalies lies on Dead letters
broken.json: Open anomalies: shows one value, but asks for a range
broken.json: Open anomalies: an unknown variable
broken.json: Open anomalies: thresholds are not in order from the lowest
broken.json: Dead letters: no unit
broken.json: Error budget left: an unknown unit furlongs
broken.json: Requests to /v1: no runbook Nothing
FAILED dashboards'

got=$(found)
if [ "$got" = "$wanted" ]; then
    verdict selftest ''
else
    verdict selftest "tests/gates/selftest.sh:1: wanted:
$wanted
found:
$got"
fi
