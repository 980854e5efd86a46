# The checks of tools/checks as tests (label `check`). Exit status 77 means that a tool is missing.

find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

function(geo_check name script)
  add_test(NAME check.${name} COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/checks/${script}
                                      ${ARGN})
  set_tests_properties(check.${name} PROPERTIES LABELS check SKIP_RETURN_CODE 77 TIMEOUT 600)
endfunction()

geo_check(includes includes.py)
geo_check(purity purity.py)
geo_check(format format.py)
geo_check(layout layout.py)
geo_check(documents documents.py)
geo_check(selftest selftest.py)
# One compiler is enough for the quick tier: every header alone takes g++ a minute.
set(geo_instead --instead clang++)
foreach(compiler IN ITEMS g++ clang++)
  geo_check(headers.${compiler} headers.py --compiler ${compiler} --cache
            ${PROJECT_BINARY_DIR}/headers.${compiler}.json ${geo_instead})
  set_property(TEST check.headers.${compiler} PROPERTY PROCESSORS 2)
  set(geo_instead "")
endforeach()

# The scripts behind tools/bench.
add_test(NAME check.bench COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/lib/bench_test.py)
set_tests_properties(check.bench PROPERTIES LABELS check TIMEOUT 60)
