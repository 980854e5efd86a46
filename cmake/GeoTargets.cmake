# What every target of geo has in common.

include(GNUInstallDirs)

# Warnings, on this target only.
function(geo_warnings target)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion)
    if(GEO_WARNINGS_AS_ERRORS)
      target_compile_options(${target} PRIVATE -Werror)
    endif()
    if(GEO_FILES_AT_ONCE GREATER 1 AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # What files that are compiled together keep to themselves is, to g++, what a header shows.
      target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
  endif()
endfunction()

# A library of the public interface: sources see the root, consumers see include/ only.
function(geo_library target)
  geo_warnings(${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(
    ${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR})
  set_target_properties(
    ${target}
    PROPERTIES CXX_EXTENSIONS OFF
               POSITION_INDEPENDENT_CODE ON
               VERSION ${PROJECT_VERSION}
               SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endfunction()

# A program of ours (test, example, benchmark) in `directory` under the build folder.
function(geo_program target directory)
  geo_warnings(${target})
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(
    ${target} PROPERTIES CXX_EXTENSIONS OFF RUNTIME_OUTPUT_DIRECTORY
                         ${PROJECT_BINARY_DIR}/${directory})
endfunction()

# Replaces the sources in the list `variable` by files that include up to GEO_FILES_AT_ONCE of them,
# of one folder: most of what compiling a file takes is reading what it includes. Names that files
# of a folder keep to themselves must differ, then.
function(geo_together target variable)
  if(GEO_FILES_AT_ONCE LESS_EQUAL 1)
    return()
  endif()
  set(folders "")
  foreach(source IN LISTS ${variable})
    # Paths that are the same in every clone and build, for the compiler cache.
    cmake_path(ABSOLUTE_PATH source)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${PROJECT_SOURCE_DIR}")
    cmake_path(GET source PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER "${folder}" folder)
    list(APPEND folders ${folder})
    list(APPEND includes_${folder} "#include \"${source}\"")
  endforeach()
  list(REMOVE_DUPLICATES folders)
  set(together "")
  foreach(folder IN LISTS folders)
    set(includes ${includes_${folder}})
    set(number 0)
    while(includes)
      list(SUBLIST includes 0 ${GEO_FILES_AT_ONCE} some)
      list(REMOVE_ITEM includes ${some})
      list(JOIN some "\n" some)
      math(EXPR number "${number} + 1")
      set(file "${CMAKE_BINARY_DIR}/together/${target}_${folder}_${number}.cc")
      file(CONFIGURE OUTPUT "${file}" CONTENT "${some}\n")
      list(APPEND together "${file}")
    endwhile()
  endforeach()
  set_source_files_properties(${together} PROPERTIES INCLUDE_DIRECTORIES "${PROJECT_SOURCE_DIR}")
  set(${variable} ${together} PARENT_SCOPE)
endfunction()
