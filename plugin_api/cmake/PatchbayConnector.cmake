# patchbay_add_connector(<name> MANIFEST <file.json> [MANIFEST_TARGET <target>] SOURCES <source>...)
#
# Builds <name>.so (.dll, .dylib) into ${CMAKE_BINARY_DIR}/connectors: one self-contained file with
# the manifest embedded and patchbay_connector_query as its only symbol. Also makes the object
# library <name>_objects, which tests link to call the connector without loading it.
#
# Works inside this repository and outside of it: include() this file, with python3 at hand and
# Boost's headers (1.81 or newer) installed.
include_guard(GLOBAL)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_package(Boost 1.81 REQUIRED)

get_filename_component(PATCHBAY_PLUGIN_API_DIR "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE CACHE)

# The C header alone.
if(NOT TARGET patchbay_plugin_api)
  add_library(patchbay_plugin_api INTERFACE)
  target_include_directories(patchbay_plugin_api INTERFACE ${PATCHBAY_PLUGIN_API_DIR}/include)
endif()

# The C++ SDK: headers, and the one source that they need.
if(NOT TARGET patchbay_sdk)
  add_library(patchbay_sdk STATIC ${PATCHBAY_PLUGIN_API_DIR}/src/boost_json.cpp)
  target_link_libraries(patchbay_sdk PUBLIC patchbay_plugin_api Boost::headers)
  target_compile_features(patchbay_sdk PUBLIC cxx_std_20)
  set_target_properties(patchbay_sdk PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(TARGET patchbay_options)
    target_link_libraries(patchbay_sdk PRIVATE patchbay_options)
  endif()
endif()

function(patchbay_add_connector name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MANIFEST;MANIFEST_TARGET" "SOURCES")
  if(NOT arg_MANIFEST OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "patchbay_add_connector(<name> MANIFEST <file.json> SOURCES <source>...)")
  endif()
  get_filename_component(manifest "${arg_MANIFEST}" ABSOLUTE)
  set(tool ${PATCHBAY_PLUGIN_API_DIR}/tools/embed_manifest.py)
  set(blob ${CMAKE_CURRENT_BINARY_DIR}/${name}_manifest.cpp)
  add_custom_command(
    OUTPUT ${blob}
    COMMAND ${Python3_EXECUTABLE} ${tool} ${manifest} ${blob}
    DEPENDS ${manifest} ${tool} ${arg_MANIFEST_TARGET}
    COMMENT "Embedding the manifest of ${name}" VERBATIM)

  add_library(${name}_objects OBJECT ${arg_SOURCES} ${blob})
  target_link_libraries(${name}_objects PUBLIC patchbay_sdk)
  if(TARGET patchbay_options)
    target_link_libraries(${name}_objects PRIVATE patchbay_options)
    target_precompile_headers(${name}_objects REUSE_FROM patchbay_sdk)
  endif()
  set_target_properties(${name}_objects PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    C_VISIBILITY_PRESET hidden)

  add_library(${name}_connector MODULE $<TARGET_OBJECTS:${name}_objects>)
  target_link_libraries(${name}_connector PRIVATE patchbay_sdk)
  if(TARGET patchbay_options)
    target_link_libraries(${name}_connector PRIVATE patchbay_options)
  endif()
  set_target_properties(${name}_connector PROPERTIES
    OUTPUT_NAME ${name} PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/connectors)
  if(APPLE)
    set_target_properties(${name}_connector PROPERTIES SUFFIX ".dylib")
  endif()
  patchbay_hide_symbols(${name}_connector)
  if(UNIX AND NOT APPLE)
    target_link_options(${name}_connector PRIVATE "LINKER:--gc-sections")
    if(NOT PATCHBAY_SANITIZE)
      target_link_options(${name}_connector PRIVATE "LINKER:-z,defs")
    endif()
  endif()
endfunction()

# patchbay_hide_symbols(TARGET): a module that exports its entry point and nothing else (ABI-001).
function(patchbay_hide_symbols target)
  if(APPLE)
    target_link_options(${target} PRIVATE "LINKER:-exported_symbol,_patchbay_connector_query")
  elseif(UNIX)
    set(exports ${PATCHBAY_PLUGIN_API_DIR}/cmake/connector_exports.map)
    target_link_options(${target} PRIVATE "LINKER:--version-script=${exports}")
    set_target_properties(${target} PROPERTIES LINK_DEPENDS ${exports})
  endif()
endfunction()
