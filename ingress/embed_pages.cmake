# Turns text files into C: cmake -DFILES="a.html;b.css" -DOUT=path -P embed_pages.cmake
# Each becomes a const struct str page_<name with _ for .>.
set(source "")
set(header "")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  string(REPLACE "." "_" identifier ${name})
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND header "extern const struct str page_${identifier};\n")
  string(APPEND source "static const unsigned char bytes_${identifier}[] = {${bytes}0};\n")
  string(APPEND source "const struct str page_${identifier} = {(const char *)bytes_${identifier}, sizeof(bytes_${identifier}) - 1};\n")
endforeach()
get_filename_component(base ${OUT} NAME)
file(WRITE ${OUT}.h "/* Generated from ingress/edge/pages; do not edit. */
#ifndef INGRESS_PAGES_H
#define INGRESS_PAGES_H
#include \"shared/core/buf.h\"

${header}#endif
")
file(WRITE ${OUT}.c "/* Generated from ingress/edge/pages; do not edit. */\n#include \"${base}.h\"\n\n${source}")
