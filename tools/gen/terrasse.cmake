# How every folder of the house is built: terrasse_library, terrasse_sql, terrasse_pages, terrasse_test, terrasse_fuzz.

set(TERRASSE_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wundef
    -Wvla -Wswitch-enum -Wnull-dereference -Wdouble-promotion -Wwrite-strings)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND TERRASSE_WARNINGS -Wimplicit-fallthrough=5 -Wduplicated-cond -Wduplicated-branches -Wlogical-op)
else()
  # -Wpedantic: __VA_OPT__ is C23; both compilers have it.
  list(APPEND TERRASSE_WARNINGS -Wimplicit-fallthrough -Wno-unknown-warning-option -Wno-gnu-zero-variadic-macro-arguments)
endif()
if(WERROR)
  list(APPEND TERRASSE_WARNINGS -Werror)
endif()

add_compile_definitions(_GNU_SOURCE)
if(SANITIZE)
  string(REPLACE ";" "," sanitizers "${SANITIZE}")
  add_compile_options(-fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitizers})
elseif(NOT FUZZ)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
                      -fstack-clash-protection -fcf-protection)
  add_link_options(-pie -Wl,-z,relro,-z,now)
endif()
if(FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
set(TERRASSE_GENERATED ${CMAKE_BINARY_DIR}/generated)

# terrasse_library(NAME source.c…): a static library terrasse_NAME of this folder.
function(terrasse_library name)
  add_library(terrasse_${name} STATIC ${ARGN})
  target_include_directories(terrasse_${name} PUBLIC ${CMAKE_SOURCE_DIR} ${TERRASSE_GENERATED})
  target_compile_options(terrasse_${name} PRIVATE ${TERRASSE_WARNINGS})
endfunction()

# terrasse_sql(NAME PREFIX): sql/*.sql of this folder become <folder>/sql.h and sql.c, with the table PREFIX_statements.
function(terrasse_sql name prefix)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/sql/*.sql)
  set(out ${TERRASSE_GENERATED}/${folder})
  add_custom_command(OUTPUT ${out}/sql.h ${out}/sql.c
    COMMAND ${CMAKE_COMMAND} -E make_directory ${out}
    COMMAND mksql ${prefix} ${folder} ${out} ${files}
    DEPENDS mksql ${files} VERBATIM)
  add_custom_target(terrasse_${name}_sql DEPENDS ${out}/sql.h ${out}/sql.c)
  target_sources(terrasse_${name} PRIVATE ${out}/sql.c)
  add_dependencies(terrasse_${name} terrasse_${name}_sql)
  if(NOT folder MATCHES "^tests/") # tests/db/statements takes them all
    set_property(GLOBAL APPEND PROPERTY TERRASSE_SQL_LIBRARIES terrasse_${name})
    set_property(GLOBAL APPEND PROPERTY TERRASSE_SQL_PREFIXES ${prefix})
  endif()
endfunction()

# terrasse_pages(NAME): *.html of this folder and texts/{fr,en}.po become <folder>/html.h and html.c.
function(terrasse_pages name)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.html ${CMAKE_CURRENT_SOURCE_DIR}/texts/*.po)
  set(out ${TERRASSE_GENERATED}/${folder})
  add_custom_command(OUTPUT ${out}/html.h ${out}/html.c
    COMMAND ${CMAKE_COMMAND} -E make_directory ${out}
    COMMAND mkpage ${folder} ${out} ${files}
    DEPENDS mkpage ${files} VERBATIM)
  add_custom_target(terrasse_${name}_pages DEPENDS ${out}/html.h ${out}/html.c)
  target_sources(terrasse_${name} PRIVATE ${out}/html.c)
  add_dependencies(terrasse_${name} terrasse_${name}_pages)
endfunction()

# What tools/check makes of an instrumented build: the program and the unit tests; the fuzz targets.
add_custom_target(sanitizer DEPENDS terrasse)
add_custom_target(fuzz)

# terrasse_test(NAME LIBRARY…): tests/unit/test_NAME.c, a cmocka program known to ctest with the label unit.
function(terrasse_test name)
  add_executable(test_${name} ${CMAKE_SOURCE_DIR}/tests/unit/test_${name}.c)
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR} ${TERRASSE_GENERATED})
  target_link_libraries(test_${name} PRIVATE ${ARGN} PkgConfig::CMOCKA)
  add_test(NAME unit/${name} COMMAND test_${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(unit/${name} PROPERTIES LABELS unit TIMEOUT 120)
  add_dependencies(sanitizer test_${name})
endfunction()

# terrasse_db_test(NAME LIBRARY…): tests/db/test_NAME.c with tests/db/fixture.c: a PostgreSQL of its own, label db.
function(terrasse_db_test name)
  add_executable(test_db_${name} ${CMAKE_SOURCE_DIR}/tests/db/test_${name}.c ${CMAKE_SOURCE_DIR}/tests/db/fixture.c)
  target_include_directories(test_db_${name} PRIVATE ${CMAKE_SOURCE_DIR} ${TERRASSE_GENERATED})
  target_link_libraries(test_db_${name} PRIVATE ${ARGN} terrasse_db PkgConfig::CMOCKA)
  add_test(NAME db/${name} COMMAND test_db_${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(db/${name} PROPERTIES LABELS db TIMEOUT 180)
endfunction()

# terrasse_fuzz(NAME LIBRARY…): tests/fuzz/fuzz_NAME.c, built with -DFUZZ=ON by clang.
function(terrasse_fuzz name)
  if(FUZZ)
    add_executable(fuzz_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/fuzz_${name}.c)
    target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR} ${TERRASSE_GENERATED})
    target_link_libraries(fuzz_${name} PRIVATE ${ARGN})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz fuzz_${name})
  endif()
endfunction()
