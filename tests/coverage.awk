# coverage.awk - adds up gcov's branches of ledger-svc/domain/*.c but for asserts, which may go on over lines.
/^ *-: *0:Source:/ {
    file = $0
    sub(/.*Source:/, "", file)
    counts = file ~ /ledger-svc\/domain\/[a-z_]*\.c$/
    sub(/.*ledger-svc\//, "ledger-svc/", file)
    asserting = 0
}

# count:number:source
/^ *[-0-9#=*]+: *[0-9]+:/ {
    code = $0
    sub(/^[^:]*: */, "", code)
    number = code + 0
    sub(/^[0-9]*:/, "", code)
    if (!asserting)
        starts = code ~ /(^|[^a-z_])assert\(/
    asserts = asserting || starts
    asserting = asserts && code !~ /;/
}

counts && !asserts && /^branch/ {
    all[file]++
    if (/never executed/ || / taken 0( |$)/) {
        missed[file]++
        if (lines)
            printf "%s:%d: %s\n", file, number, $0
    }
}

END {
    for (f in all) {
        branches += all[f]
        taken += all[f] - missed[f]
        printf "%-45s %5d of %5d branches, %5.1f %%\n", f, all[f] - missed[f], all[f], 100 * (all[f] - missed[f]) / all[f] | "sort"
    }
    close("sort")
    share = branches == 0 ? 0 : 100 * taken / branches
    printf "%d of %d branches taken, %.1f %%; at least %d %% wanted\n", taken, branches, share, min
    exit share < min
}
