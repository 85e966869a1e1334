# Turns .sql files into C: cmake -DFILES="a.sql;b.sql" -DPREFIX=ledger -DOUT=path -P embed_sql.cmake
# Each file's stem is the prepared statement's name and its enum value PREFIX_SQL_STEM.
string(TOUPPER ${PREFIX} upper)
set(enum "")
set(rows "")
foreach(file ${FILES})
  get_filename_component(stem ${file} NAME_WE)
  string(TOUPPER ${stem} stem_upper)
  file(READ ${file} sql)
  string(REPLACE "\\" "\\\\" sql "${sql}")
  string(REPLACE "\"" "\\\"" sql "${sql}")
  string(REPLACE "\n" "\\n\"\n     \"" sql "${sql}")
  string(APPEND enum "    ${upper}_SQL_${stem_upper},\n")
  string(APPEND rows "    {\"${stem}\",\n     \"${sql}\"},\n")
endforeach()
file(WRITE ${OUT}.h "/* Generated from the .sql files; do not edit. */
#ifndef ${upper}_STATEMENTS_H
#define ${upper}_STATEMENTS_H
#include \"shared/io/db.h\"

enum ${PREFIX}_statement {
${enum}    ${upper}_SQL_COUNT
};
extern const struct db_statement ${PREFIX}_statements[];
#endif
")
get_filename_component(base ${OUT} NAME)
file(WRITE ${OUT}.c "/* Generated from the .sql files; do not edit. */
#include \"${base}.h\"

const struct db_statement ${PREFIX}_statements[] = {
${rows}};
")
