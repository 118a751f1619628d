# Debian's mingw-w64: GCC 12 for 64-bit Windows. The variant with POSIX threads, because Boost.JSON
# wants a complete std::error_code.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
