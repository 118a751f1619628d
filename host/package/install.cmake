# What is installed beside the programs so that the hub runs as a service: the unit, the example of
# its configuration, the documents; and, after everything else, the list of the connectors that came
# along. Their paths depend on the prefix, which is known when something is installed.
install(CODE "
  set(source \"${CMAKE_CURRENT_LIST_DIR}\")
  set(program \"${CMAKE_CURRENT_BINARY_DIR}/bin/patchbay\")
  set(staged \"${CMAKE_CURRENT_BINARY_DIR}/package\")
  set(bin_folder \"${CMAKE_INSTALL_BINDIR}\")
  set(connector_folder \"${PATCHBAY_CONNECTOR_DIR}\")
  set(doc_folder \"${CMAKE_INSTALL_DOCDIR}\")
  include(\"${CMAKE_CURRENT_LIST_DIR}/install_service.cmake\")" COMPONENT hub)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT hub
  PATTERN pictures EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/SECURITY.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT hub)
