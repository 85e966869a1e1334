# strip.awk - function strip(line, keep_strings): C code without comments, and with empty strings unless they are kept.
# Remembers an open comment from line to line; reset at each file by the rule below.
FNR == 1 { in_comment = 0 }

function strip(line, keep_strings,    out, c, two, quote) {
    if (!in_comment && line !~ /["'\/]/)
        return line
    out = ""
    quote = ""
    while (line != "") {
        c = substr(line, 1, 1)
        two = substr(line, 1, 2)
        if (in_comment) {
            in_comment = two != "*/"
            line = substr(line, in_comment ? 2 : 3)
        } else if (quote != "") {
            if (c == "\\") {
                out = out (keep_strings ? two : "")
                line = substr(line, 3)
                continue
            }
            if (c == quote || keep_strings)
                out = out c
            if (c == quote)
                quote = ""
            line = substr(line, 2)
        } else if (two == "//") {
            line = ""
        } else if (two == "/*") {
            in_comment = 1
            line = substr(line, 3)
        } else {
            if (c == "\"" || c == "'")
                quote = c
            out = out c
            line = substr(line, 2)
        }
    }
    return out
}
