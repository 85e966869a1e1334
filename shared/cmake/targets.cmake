# How targets are declared, so that adding a file needs no edit: a folder's *.c are its library.

# paybus_library(<name> <folder> [libraries...]): every *.c of the folder, headers included from the top folder.
function(paybus_library name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.c)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_link_libraries(${name} PUBLIC ${ARGN})
endfunction()

# paybus_service(<name>): a program of main.c, which may include build_commit.h. That is looked at in each build and
# written when it has changed, so that a commit builds no more than the services' main.c again.
set(commit_header ${PROJECT_BINARY_DIR}/generated/build_commit.h)
add_custom_target(paybus_commit BYPRODUCTS ${commit_header}
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUT=${commit_header}
          -P ${PROJECT_SOURCE_DIR}/shared/cmake/build_commit.cmake VERBATIM)
function(paybus_service name)
  add_executable(${name} main.c)
  target_include_directories(${name} PRIVATE ${PROJECT_BINARY_DIR}/generated)
  add_dependencies(${name} paybus_commit)
endfunction()

# paybus_embed_sql(<library> <folder> <prefix> [folders...]): each *.sql of the folder (and of further ones, from the
# top folder) becomes a row of const struct db_statement
# <prefix>_statements[] (shared/io/db.h) and a value of enum <prefix>_statement, in <prefix>_statements.{h,c}.
function(paybus_embed_sql library folder prefix)
  file(GLOB statements CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.sql)
  foreach(further ${ARGN})
    file(GLOB more CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${further}/*.sql)
    list(APPEND statements ${more})
  endforeach()
  set(out ${PROJECT_BINARY_DIR}/generated/${prefix}_statements)
  add_custom_command(OUTPUT ${out}.c ${out}.h
    COMMAND ${CMAKE_COMMAND} "-DFILES=${statements}" -DPREFIX=${prefix} -DOUT=${out}
            -P ${PROJECT_SOURCE_DIR}/shared/cmake/embed_sql.cmake
    DEPENDS ${statements} ${PROJECT_SOURCE_DIR}/shared/cmake/embed_sql.cmake VERBATIM)
  target_sources(${library} PRIVATE ${out}.c ${out}.h)
  target_include_directories(${library} PUBLIC ${PROJECT_BINARY_DIR}/generated)
endfunction()

# paybus_unit_tests(<folder> <libraries...>): one cmocka binary and one ctest per folder/test_*.c, no server needed.
# A file test_<x>_errors.c may name the calls it wraps in its first line: /* wrap: malloc PQexec */
function(paybus_unit_tests folder)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/test_*.c)
  string(REPLACE "/" "_" group ${folder})
  foreach(test ${tests})
    get_filename_component(stem ${test} NAME_WE)
    add_executable(${group}_${stem} ${test})
    target_link_libraries(${group}_${stem} PRIVATE ${ARGN} PkgConfig::CMOCKA Threads::Threads)
    file(STRINGS ${test} first LIMIT_COUNT 1)
    if(first MATCHES "/\\* wrap: (.*) \\*/")
      separate_arguments(calls UNIX_COMMAND "${CMAKE_MATCH_1}")
      foreach(call ${calls})
        target_link_options(${group}_${stem} PRIVATE -Wl,--wrap=${call})
      endforeach()
    endif()
    add_test(NAME ${folder}/${stem} COMMAND ${group}_${stem})
    set_tests_properties(${folder}/${stem} PROPERTIES LABELS unit TIMEOUT 60)
  endforeach()
endfunction()
