# The flags every target is compiled and linked with.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # glibc's _GNU_SOURCE and __attribute__((cleanup))
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_compile_definitions(_GNU_SOURCE)
add_compile_options(-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
    -Wwrite-strings -Wformat=2 -Wswitch-enum -Wundef -Wvla -Wimplicit-fallthrough -Wconversion -Wno-sign-conversion
    $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation> # bounded messages are cut on purpose
    -fstack-protector-strong -fno-strict-aliasing -fno-omit-frame-pointer -g)
add_link_options(-pie -Wl,-z,relro,-z,now -Wl,--as-needed)

# assert() is for our own bugs and stays on in release.
set(CMAKE_C_FLAGS_RELEASE "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2")
set(CMAKE_C_FLAGS_DEBUG "-O1")

if(PAYBUS_SANITIZE)
  add_compile_options(-fsanitize=${PAYBUS_SANITIZE})
  add_link_options(-fsanitize=${PAYBUS_SANITIZE})
  if(PAYBUS_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(PAYBUS_COVERAGE)
  add_compile_options(--coverage -O0)
  add_link_options(--coverage)
endif()
if(PAYBUS_CRASH_POINTS)
  add_compile_definitions(PAYBUS_CRASH_POINTS=1)
else()
  add_compile_definitions(PAYBUS_CRASH_POINTS=0)
endif()
