# The licence and what changed, where Debian looks for them. Run at install time; package.cmake sets
# what it uses.
if(NOT DEFINED package)
  set(package patchbay)
endif()
file(WRITE "${staged}/copyright"
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Patchbay

Files: *
Copyright: 2026 The Patchbay authors
License: Apache-2.0
 On Debian systems, the full text of the Apache License, version 2.0, can be
 found in /usr/share/common-licenses/Apache-2.0.
")
find_program(gzip gzip REQUIRED)
execute_process(COMMAND ${gzip} -9nc "${source}/CHANGELOG.md" OUTPUT_FILE "${staged}/changelog.gz"
                COMMAND_ERROR_IS_FATAL ANY)
file(WRITE "${staged}/changelog.Debian"
"patchbay (${version}) stable; urgency=medium

  * See changelog.gz.

 -- Patchbay maintainers <maintainers@patchbay.invalid>  Thu, 01 Jan 2026 00:00:00 +0000
")
execute_process(COMMAND ${gzip} -9nc "${staged}/changelog.Debian"
                OUTPUT_FILE "${staged}/changelog.Debian.gz" COMMAND_ERROR_IS_FATAL ANY)
file(INSTALL "${staged}/copyright" "${staged}/changelog.gz" "${staged}/changelog.Debian.gz"
     DESTINATION "${CMAKE_INSTALL_PREFIX}/${share}/${package}"
     PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
unset(package)
