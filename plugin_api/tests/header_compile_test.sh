#!/bin/sh
# The C header compiles without a warning with each compiler at hand, in each language it promises.
#   header_compile_test.sh INCLUDE_DIR
set -eu
include=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/use.c" <<'SOURCE'
#include "patchbay/connector.h"
#include "patchbay/connector.h"
int knows_facts(const patchbay_done* done);
int knows_facts(const patchbay_done* done) { return PATCHBAY_HAS(patchbay_done, done, facts); }
const patchbay_connector* PATCHBAY_CALL patchbay_connector_query(uint32_t host_major,
                                                                 uint32_t host_minor,
                                                                 uint32_t* connector_major) {
  (void)host_minor;
  if (connector_major) *connector_major = PATCHBAY_ABI_MAJOR;
  return host_major == PATCHBAY_ABI_MAJOR ? (const patchbay_connector*)0 : 0;
}
SOURCE
cp "$work/use.c" "$work/use.cpp"
for needed in gcc g++ clang-19 clang++-19; do
  command -v "$needed" > /dev/null || { echo "missing: $needed"; exit 1; }
done
tried=0
for pair in gcc:c99 gcc:c11 gcc-12:c99 gcc-12:c11 clang-19:c99 clang-19:c11 \
            g++:c++17 g++:c++20 g++-12:c++17 g++-12:c++20 clang++-19:c++17 clang++-19:c++20 \
            x86_64-w64-mingw32-gcc:c99 x86_64-w64-mingw32-g++:c++20; do
  compiler=${pair%%:*} standard=${pair##*:}
  command -v "$compiler" > /dev/null || continue
  case $standard in c++*) source=use.cpp ;; *) source=use.c ;; esac
  "$compiler" -std="$standard" -Wall -Wextra -Werror -pedantic -Wpadded -I"$include" \
    -c "$work/$source" -o "$work/out.o" || { echo "failed: $compiler -std=$standard"; exit 1; }
  tried=$((tried + 1))
done
echo "$tried combinations compiled"
