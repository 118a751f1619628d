# `cmake --install BUILD --component kit`: what connectors are built with, outside of this
# repository. Found by find_package(patchbay) and by `pkg-config patchbay`; relocatable.
include(CMakePackageConfigHelpers)
set(PATCHBAY_DATA ${CMAKE_INSTALL_DATADIR}/patchbay)
set(PATCHBAY_KIT ${PATCHBAY_DATA}/plugin_api)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/patchbay)

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/cmake/patchbay-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/patchbay-config.cmake
  INSTALL_DESTINATION ${config_dir}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_BINDIR PATCHBAY_KIT
            PATCHBAY_DATA)
# The C interface has its own version and keeps it (abi.md); the C++ SDK goes with Patchbay's, where a
# minor may break sources while it is 0.x.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/patchbay-config-version.cmake
  COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH PATCHBAY_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/cmake/patchbay.pc.in
  ${CMAKE_CURRENT_BINARY_DIR}/patchbay.pc @ONLY)

install(DIRECTORY ${CMAKE_CURRENT_LIST_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT kit)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/cmake/PatchbayConnector.cmake
              ${CMAKE_CURRENT_LIST_DIR}/cmake/connector_exports.map
  DESTINATION ${PATCHBAY_KIT}/cmake COMPONENT kit)
install(PROGRAMS ${CMAKE_CURRENT_LIST_DIR}/tools/embed_manifest.py
  DESTINATION ${PATCHBAY_KIT}/tools COMPONENT kit)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/src/boost_json.cpp DESTINATION ${PATCHBAY_KIT}/src
  COMPONENT kit)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/patchbay-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/patchbay-config-version.cmake
  DESTINATION ${config_dir} COMPONENT kit)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/patchbay.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT kit)
install(FILES ${PROJECT_SOURCE_DIR}/manifests/manifest.schema.json DESTINATION ${PATCHBAY_DATA}
  COMPONENT kit)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/abi.md ${CMAKE_CURRENT_LIST_DIR}/abi.golden
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT kit)
