# patchbay_add_connector(<name> MANIFEST <file.json> [MANIFEST_TARGET <target>] SOURCES <source>...)
#
# Builds <name>.so (.dll, .dylib) into ${CMAKE_BINARY_DIR}/connectors: one self-contained file with
# the manifest embedded and patchbay_connector_query as its only symbol. Also makes the object
# library <name>_objects, which tests link to call the connector without loading it. Sources in C
# alone are linked with the C interface and nothing else.
#
# The same file serves this repository, projects that include() it, and, through
# find_package(patchbay), those that build against an installed Patchbay. It wants python3 and, for
# C++, Boost's headers (1.81 or newer).
include_guard(GLOBAL)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(PATCHBAY_PYTHON "${Python3_EXECUTABLE}" CACHE INTERNAL "")

get_filename_component(patchbay_kit "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(PATCHBAY_PLUGIN_API_DIR "${patchbay_kit}" CACHE INTERNAL "cmake/, tools/ and src/ of the kit")

# The C header alone. Installed headers are the system's: an author's warnings are about their code.
if(NOT TARGET patchbay_plugin_api)
  add_library(patchbay_plugin_api INTERFACE)
  add_library(patchbay::plugin_api ALIAS patchbay_plugin_api)
  if(patchbay_include_dir)
    target_include_directories(patchbay_plugin_api SYSTEM INTERFACE ${patchbay_include_dir})
  else()
    target_include_directories(patchbay_plugin_api INTERFACE ${patchbay_kit}/include)
  endif()
endif()

# The C++ SDK: headers, and the one source that they need, built by the author's own compiler.
get_property(patchbay_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if("CXX" IN_LIST patchbay_languages AND NOT TARGET patchbay_sdk)
  find_package(Boost 1.81 REQUIRED)
  add_library(patchbay_sdk STATIC ${patchbay_kit}/src/boost_json.cpp)
  add_library(patchbay::sdk ALIAS patchbay_sdk)
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
  set(suffix .cpp)
  set(api patchbay_sdk)
  set(beyond_c ${arg_SOURCES})
  list(FILTER beyond_c EXCLUDE REGEX "\\.[ch]$")
  if(NOT beyond_c)
    set(suffix .c)
    set(api patchbay_plugin_api)
  elseif(NOT TARGET patchbay_sdk)
    message(FATAL_ERROR "${name} is written in C++: say project(... LANGUAGES CXX)")
  endif()

  get_filename_component(manifest "${arg_MANIFEST}" ABSOLUTE)
  set(tool ${PATCHBAY_PLUGIN_API_DIR}/tools/embed_manifest.py)
  set(blob ${CMAKE_CURRENT_BINARY_DIR}/${name}_manifest${suffix})
  add_custom_command(
    OUTPUT ${blob}
    COMMAND ${PATCHBAY_PYTHON} ${tool} ${manifest} ${blob}
    DEPENDS ${manifest} ${tool} ${arg_MANIFEST_TARGET}
    COMMENT "Embedding the manifest of ${name}" VERBATIM)

  add_library(${name}_objects OBJECT ${arg_SOURCES} ${blob})
  target_link_libraries(${name}_objects PUBLIC ${api})
  if(TARGET patchbay_options)
    target_link_libraries(${name}_objects PRIVATE patchbay_options)
    target_precompile_headers(${name}_objects REUSE_FROM patchbay_sdk)
  endif()
  set_target_properties(${name}_objects PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    C_VISIBILITY_PRESET hidden)

  add_library(${name}_connector MODULE $<TARGET_OBJECTS:${name}_objects>)
  target_link_libraries(${name}_connector PRIVATE ${api})
  if(TARGET patchbay_options)
    target_link_libraries(${name}_connector PRIVATE patchbay_options)
  endif()
  set_target_properties(${name}_connector PROPERTIES
    OUTPUT_NAME ${name} PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/connectors)
  if(APPLE)
    set_target_properties(${name}_connector PROPERTIES SUFFIX ".dylib")
  endif()
  patchbay_hide_symbols(${name}_connector)
  if(MINGW)  # its runtime is no part of Windows
    target_link_options(${name}_connector PRIVATE -static)
  endif()
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
