# Run by `cmake --install` and `cpack`; host/package/install.cmake sets what it uses.
set(prefix "${CMAKE_INSTALL_PREFIX}")
set(config_folder "${prefix}/etc/patchbay")
if(prefix STREQUAL "/usr")
  set(config_folder "/etc/patchbay")
endif()

# stage(NAME): the file of that name with the paths filled in.
function(stage name)
  configure_file("${source}/${name}.in" "${staged}/${name}" @ONLY)
endfunction()

# Every option as a comment, from the program itself; only what a service needs is set.
execute_process(COMMAND "${program}" config example OUTPUT_VARIABLE every_option
                COMMAND_ERROR_IS_FATAL ANY)
set(folder "${prefix}/${connector_folder}")
foreach(setting
    "data=\"/var/lib/patchbay\""
    "key-credential=\"key\""
    "connectors=\"${folder}\""
    "pin-connector=[\"${folder}.sha256\"]"
    "real=true")
  string(REGEX MATCH "^([a-z-]+)=(.*)$" found "${setting}")
  string(REGEX REPLACE "\n# ${CMAKE_MATCH_1} = [^\n]*\n" "\n${CMAKE_MATCH_1} = ${CMAKE_MATCH_2}\n"
         every_option "${every_option}")
endforeach()
file(WRITE "${staged}/patchbay.toml" "${every_option}")
stage(patchbay.service)
stage(patchbay.socket)
stage(patchbay-admin)

set(readable OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
file(INSTALL "${staged}/patchbay.toml" DESTINATION "${config_folder}" PERMISSIONS ${readable})
file(INSTALL "${staged}/patchbay.service" "${staged}/patchbay.socket" DESTINATION "${prefix}/lib/systemd/system"
     PERMISSIONS ${readable})
file(INSTALL "${staged}/patchbay-admin" DESTINATION "${prefix}/sbin" USE_SOURCE_PERMISSIONS)

# Completion and manual, too, come from the program.
find_program(gzip gzip REQUIRED)
# install_output(FILE, FOLDER, ARGUMENTS...): what the program prints, as a file.
function(install_output name destination)
  file(MAKE_DIRECTORY "${staged}/printed")
  execute_process(COMMAND "${program}" ${ARGN} OUTPUT_FILE "${staged}/printed/${name}"
                  COMMAND_ERROR_IS_FATAL ANY)
  file(INSTALL "${staged}/printed/${name}" DESTINATION "${prefix}/share/${destination}"
       PERMISSIONS ${readable})
endfunction()
install_output(patchbay bash-completion/completions completion bash)
install_output(_patchbay zsh/vendor-completions completion zsh)
install_output(patchbay.fish fish/vendor_completions.d completion fish)
file(MAKE_DIRECTORY "${staged}/printed")
execute_process(COMMAND "${program}" man COMMAND "${gzip}" -9nc
                OUTPUT_FILE "${staged}/printed/patchbay.1.gz" COMMAND_ERROR_IS_FATAL ANY)
file(INSTALL "${staged}/printed/patchbay.1.gz" DESTINATION "${prefix}/share/man/man1"
     PERMISSIONS ${readable})

# Stripped by now, if they are.
set(place "$ENV{DESTDIR}${folder}")
file(GLOB connectors "${place}/*.so" "${place}/*.json")
list(SORT connectors)
set(list "")
foreach(connector ${connectors})
  file(SHA256 "${connector}" hash)
  get_filename_component(name "${connector}" NAME)
  string(APPEND list "${hash}  ${name}\n")
endforeach()
file(WRITE "${place}.sha256" "${list}")
file(CHMOD "${place}.sha256" PERMISSIONS ${readable})
