# sizes.awk - measures C files: prints "kind path[:function] size line" for all that is above the limits of the house.
# A function's body starts and ends with a brace in the first column (clang-format sees to it); a constant table in it
# is not counted. Its parameters are the commas at the first level of its signature.
function flush_file() {
    limit = path ~ /\.h$/ ? 150 : 800
    if (path != "" && lines > limit)
        printf "file %s %d 1\n", path, lines
}

function count_parameters(list,    i, c, depth, commas) {
    sub(/^[^(]*\(/, "", list)
    if (list ~ /^(void)?[ \t]*\)/)
        return 0
    depth = commas = 0
    for (i = 1; i <= length(list); i++) {
        c = substr(list, i, 1)
        if (c == "(")
            depth++
        else if (c == ")" && depth-- == 0)
            break
        else if (c == "," && depth == 0)
            commas++
    }
    return commas + 1
}

function function_name(text) {
    sub(/[ \t]*\(.*/, "", text)
    sub(/.*[^A-Za-z0-9_]/, "", text)
    return text
}

FNR == 1 {
    flush_file()
    path = FILENAME
    inside = in_table = 0
    signature = ""
}

{
    lines = FNR
    code = strip($0, 0)
}

!inside && code ~ /^{/ {
    inside = 1
    start = FNR
    counted = 0
    name = function_name(signature)
    parameters = count_parameters(signature)
    if (parameters > 5)
        printf "parameters %s:%s %d %d\n", path, name, parameters, start
    next
}

inside && code ~ /^}/ {
    if (counted > 70)
        printf "function %s:%s %d %d\n", path, name, counted, start
    inside = 0
    signature = ""
    next
}

inside {
    if (code ~ /^[ \t]*(static )?(const )?.*\] = {$/)
        in_table = 1
    if (!in_table)
        counted++
    if (code ~ /^[ \t]*};$/)
        in_table = 0
    next
}

code ~ /^(#|[ \t]*$)/ || code ~ /[;}][ \t]*$/ { signature = ""; next }
{ signature = signature " " code }

END { flush_file() }
