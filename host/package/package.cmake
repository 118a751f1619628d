# `cpack -G DEB` in the build folder: patchbay (the hub as a service) and patchbay-dev (the kit for
# authors of connectors). The version is the project's, in the top CMakeLists.txt alone.
set(CPACK_PACKAGE_NAME patchbay)
set(CPACK_PACKAGE_VENDOR Patchbay)
set(CPACK_PACKAGE_CONTACT "Patchbay maintainers <maintainers@patchbay.invalid>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/package)
set(CPACK_COMPONENTS_ALL hub kit)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)  # of the packaging, beside the project's version
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_HUB_PACKAGE_NAME patchbay)
set(CPACK_DEBIAN_HUB_PACKAGE_SECTION net)
set(CPACK_DEBIAN_HUB_PACKAGE_SHLIBDEPS ON)
# shlibdeps adds what the programs are linked with.
set(CPACK_DEBIAN_HUB_PACKAGE_DEPENDS "adduser, ca-certificates")
set(CPACK_DEBIAN_HUB_PACKAGE_SUGGESTS "postgresql, patchbay-dev")
set(CPACK_DEBIAN_HUB_DESCRIPTION "integration hub that connectors are dropped into
Patchbay links your customers' accounts at providers, keeps their credentials
sealed and their tokens fresh, and runs the providers' actions for your
applications over HTTP and MCP. Each connector runs in a process of its own,
behind walls.")
set(CPACK_DEBIAN_HUB_PACKAGE_CONTROL_EXTRA
  ${CMAKE_CURRENT_LIST_DIR}/debian/conffiles ${CMAKE_CURRENT_LIST_DIR}/debian/postinst
  ${CMAKE_CURRENT_LIST_DIR}/debian/prerm ${CMAKE_CURRENT_LIST_DIR}/debian/postrm)

set(CPACK_DEBIAN_KIT_PACKAGE_NAME patchbay-dev)
set(CPACK_DEBIAN_KIT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_KIT_PACKAGE_DEPENDS "libboost1.81-dev, libssl-dev, python3")
set(CPACK_DEBIAN_KIT_DESCRIPTION "kit for connectors of the Patchbay hub
The interface's C header, the C++20 SDK, the kit for sandboxes that stand in
for providers, and what finds them with CMake or pkg-config.")
include(CPack)

install(CODE "
  set(source \"${PROJECT_SOURCE_DIR}\")
  set(version \"${PROJECT_VERSION}-1\")
  set(staged \"${CMAKE_CURRENT_BINARY_DIR}/package\")
  set(share \"${CMAKE_INSTALL_DATAROOTDIR}/doc\")
  include(\"${CMAKE_CURRENT_LIST_DIR}/install_notices.cmake\")" COMPONENT hub)
install(CODE "
  set(source \"${PROJECT_SOURCE_DIR}\")
  set(version \"${PROJECT_VERSION}-1\")
  set(staged \"${CMAKE_CURRENT_BINARY_DIR}/package/kit\")
  set(share \"${CMAKE_INSTALL_DATAROOTDIR}/doc\")
  set(package patchbay-dev)
  include(\"${CMAKE_CURRENT_LIST_DIR}/install_notices.cmake\")" COMPONENT kit)
