# Install rules: headers, libraries, the CMake package and the pkg-config files. The test kits go along,
# headers and library, where GEO_BUILD_TEST_KITS is on.

include(CMakePackageConfigHelpers)

set(geo_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/geo)
set(geo_installed geo)
if(TARGET geo_testing)
  list(APPEND geo_installed geo_testing)
endif()

install(
  TARGETS ${geo_installed}
  EXPORT geo
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(
  DIRECTORY include/geo
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING
  PATTERN "*.h"
  PATTERN "testing" EXCLUDE)
if(TARGET geo_testing)
  install(DIRECTORY include/geo/testing DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/geo
          FILES_MATCHING PATTERN "*.h")
endif()
install(
  EXPORT geo
  NAMESPACE geo::
  FILE geoTargets.cmake
  DESTINATION ${geo_package_dir})

# A static library hands the libraries that it uses on to its consumer; a shared one has them.
get_target_property(geo_type geo TYPE)
set(GEO_PC_PUBLIC "absl_status absl_statusor")
set(GEO_TESTING_PC_PUBLIC "geo = ${PROJECT_VERSION}")
set(GEO_TESTING_PC_PRIVATE "fmt sqlite3")
set(GEO_PC_PRIVATE
    "absl_strings absl_flat_hash_map absl_flat_hash_set absl_inlined_vector fmt libsodium libdeflate sqlite3")
if(geo_type STREQUAL "STATIC_LIBRARY")
  set(GEO_IS_STATIC TRUE)
  string(APPEND GEO_PC_PUBLIC " ${GEO_PC_PRIVATE}")
  set(GEO_PC_PRIVATE "")
  string(APPEND GEO_TESTING_PC_PUBLIC " ${GEO_TESTING_PC_PRIVATE}")
  set(GEO_TESTING_PC_PRIVATE "")
else()
  set(GEO_IS_STATIC FALSE)
endif()

configure_package_config_file(cmake/geoConfig.cmake.in ${PROJECT_BINARY_DIR}/geoConfig.cmake
                              INSTALL_DESTINATION ${geo_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/geoConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH GEO_PC_UP /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(cmake/geo.pc.in geo.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/geoConfig.cmake ${PROJECT_BINARY_DIR}/geoConfigVersion.cmake
        DESTINATION ${geo_package_dir})
install(FILES ${PROJECT_BINARY_DIR}/geo.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
if(TARGET geo_testing)
  configure_file(cmake/geo-testing.pc.in geo-testing.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/geo-testing.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
