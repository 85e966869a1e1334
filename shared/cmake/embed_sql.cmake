# Turns .sql files into C: cmake -DFILES="a.sql;b.sql" -DPREFIX=ledger -DOUT=path -P embed_sql.cmake
# Each file's stem is the prepared statement's name and its enum value PREFIX_SQL_STEM. What it does, for the metrics, is read from
# its words: enum db_class.
string(TOUPPER ${PREFIX} upper)
set(enum "")
set(rows "")
foreach(file ${FILES})
  get_filename_component(stem ${file} NAME_WE)
  string(TOUPPER ${stem} stem_upper)
  file(READ ${file} sql)
  string(REGEX REPLACE "--[^\n]*" "" words "${sql}")
  string(TOLOWER "${words}" words)
  if(words MATCHES "pg_advisory_(xact_)?lock|for (no key )?update" AND NOT words MATCHES "skip locked")
    set(class DB_LOCK)
  elseif(words MATCHES "insert into |delete from |update paybus[.]")
    set(class DB_WRITE)
  else()
    set(class DB_READ)
  endif()
  string(REPLACE "\\" "\\\\" sql "${sql}")
  string(REPLACE "\"" "\\\"" sql "${sql}")
  string(REPLACE "\n" "\\n\"\n     \"" sql "${sql}")
  string(APPEND enum "    ${upper}_SQL_${stem_upper},\n")
  string(APPEND rows "    {\"${stem}\",\n     \"${sql}\", ${class}},\n")
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
