#!/bin/sh
# The compiler launcher: host/ccache.sh CHECKOUT CCACHE COMPILER ARGUMENT...
#
# Lets checkouts share one ccache. Paths are hashed relative to the checkout; what remains is the
# precompiled header, in which clang writes absolute paths: it is compiled without the cache, and
# beside it is laid a checksum of what went into it, which ccache then hashes in its stead.
checkout=$1 ccache=$2
shift 2
export CCACHE_BASEDIR="$checkout" CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1
export CCACHE_SLOPPINESS=pch_defines,time_macros

# ccache knows most options with a path, but not those behind -Xclang: made relative here.
output= depfile= previous=
for argument; do
  case $previous in
    -o) output=$argument ;;
    -MF) depfile=$argument ;;
    -Xclang) argument=${argument#"$PWD/"} ;;
  esac
  previous=$argument
  shift
  set -- "$@" "$argument"
done
case $output in
  *.pch) ;;
  *) exec "$ccache" "$@" ;;
esac

rm -f "$output.sum"
"$@" || exit
# Without a depfile there is no checksum, and ccache hashes the precompiled header itself.
[ -f "$depfile" ] || exit 0
inputs=$(sed -e 's/^[^:]*://' -e 's/\\$//' "$depfile")
{
  printf '%s\n' "$@" | sed "s#$checkout/##g"
  # shellcheck disable=SC2086
  cat $inputs || exit
} > "$output.inputs" && sha256sum < "$output.inputs" > "$output.sum"
rm -f "$output.inputs"
