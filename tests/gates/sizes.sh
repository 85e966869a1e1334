#!/bin/sh
# sizes.sh - files of at most 800 lines, headers 150, functions 70 lines and 5 parameters. sizes.allow names what is
# above; an entry that is larger than the truth, or not needed at all, must go down with it.
. "$(dirname "$0")/lib.sh"

problems() {
    files '*.c' '*.h' | xargs awk -f tests/gates/strip.awk -f tests/gates/sizes.awk | awk '
        FNR == NR && /^(#|$)/ { next }
        FNR == NR { allowed[$1 " " $2] = $3; line[$1 " " $2] = FNR; if (NF < 4) unreasoned[FNR]; next }
        {
            what = $1 " " $2
            split($2, at, ":")
            size = $3 ($1 == "parameters" ? " parameters" : " lines")
            seen[what]
            if (!(what in allowed))
                printf "%s:%d: %s has %s\n", at[1], $4, at[2] == "" ? "the file" : at[2], size
            else if ($3 > allowed[what])
                printf "%s:%d: %s has grown to %s\n", at[1], $4, $2, size
            else if ($3 < allowed[what])
                printf "tests/gates/sizes.allow:%d: %s is down to %s\n", line[what], $2, size
        }
        END {
            for (n in unreasoned)
                printf "tests/gates/sizes.allow:%d: wants kind, name, size and reason\n", n
            for (what in allowed)
                if (!(what in seen))
                    printf "tests/gates/sizes.allow:%d: %s needs no exception any more\n", line[what], what
        }' tests/gates/sizes.allow -
}

verdict sizes "$(problems)"
