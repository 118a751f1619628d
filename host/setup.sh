# Shared by host/run and tests/run: installs Debian packages, configures and builds. Sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

packages_came=false

# install_packages FILE...: installs what the lists name and this machine lacks. A program that is
# already here from elsewhere (node, npm) counts.
install_packages() {
  local missing=() name
  while read -r name; do
    case "$name" in ''|'#'*) continue ;; esac
    case "$name" in nodejs) command -v node >/dev/null && continue ;;
                    npm) command -v npm >/dev/null && continue ;; esac
    dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
  done < <(cat "$@")
  [ ${#missing[@]} -eq 0 ] && return
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "run as root, or install: ${missing[*]}"
    as_root=(sudo)
  fi
  packages_came=true
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# configure PRESET: once, and again when packages came that were not there before: what a build
# without them could do without is looked for then.
configure() {
  local preset=$1
  if [ -f "$root/build/$preset/build.ninja" ] && ! $packages_came; then return; fi
  cmake --preset "$preset" -S "$root" >"/tmp/patchbay-configure.$$" 2>&1 \
    || { cat "/tmp/patchbay-configure.$$"; die "configuring the $preset build failed"; }
  rm -f "/tmp/patchbay-configure.$$"
}

# build PRESET TARGET...: configures once, then builds with visible progress.
build() {
  local preset=$1
  shift
  configure "$preset"
  NINJA_STATUS="[%f/%t %es] " ninja -C "$root/build/$preset" "$@"
}
