#include "store/store_location.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "base/private_line.h"

namespace patchbay::store {
namespace {

constexpr std::size_t kMaxLength = 4096;

Error not_understood(const std::string& why) {
  return make_error(ErrorCode::kConfiguration,
                    "The PostgreSQL address can't be understood: " + why +
                        ". It looks like postgresql://user:password@host:5432/database; in user "
                        "and password write @ as %40, / as %2F, : as %3A and % as %25.");
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const {
    for (auto* option = options; option != nullptr && option->keyword != nullptr; ++option)
      if (option->val != nullptr) wipe(option->val, std::string_view(option->val).size());
    PQconninfoFree(options);
  }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

std::string value_of(const Options& options, std::string_view keyword) {
  for (auto* option = options.get(); option->keyword != nullptr; ++option)
    if (keyword == option->keyword) return option->val == nullptr ? "" : option->val;
  return {};
}

bool is_local_host(std::string_view host) {
  if (host.empty() || host.starts_with('/') || host == "localhost" || host == "::1") return true;
  // A name may begin like that, too.
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// One of several hosts elsewhere makes it remote.
bool all_local(std::string_view hosts) {
  for (;;) {
    const auto comma = hosts.find(',');
    if (!is_local_host(hosts.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    hosts.remove_prefix(comma + 1);
  }
}

bool is_port_list(std::string_view text) {
  return std::ranges::all_of(text,
                             [](unsigned char c) { return std::isdigit(c) != 0 || c == ','; });
}

// A password with a bare @ or / would be taken for a host, a port or a database, and be shown as
// such.
Result<Options> parse_uri(std::string_view uri) {
  const auto authority = uri.substr(uri.find("://") + 3);
  const auto until_path = authority.substr(0, authority.find_first_of("/?"));
  if (std::ranges::count(until_path, '@') > 1) return not_understood("it has more than one @");
  std::vector<char, WipingAllocator<char>> text(uri.begin(), uri.end());
  text.push_back('\0');
  char* why = nullptr;
  Options options(PQconninfoParse(text.data(), &why));
  if (why != nullptr) PQfreemem(why);  // quotes the text
  if (options == nullptr) return not_understood("it is not a connection URI");
  if (!is_port_list(value_of(options, "port"))) return not_understood("its port is not a number");
  if (value_of(options, "dbname").find('@') != std::string::npos)
    return not_understood("its database holds an @");
  return options;
}

}  // namespace

Result<StoreLocation> StoreLocation::parse(SecretString text) {
  const auto bytes = text.reveal();
  if (bytes.empty() || bytes.size() > kMaxLength || bytes.find('\0') != std::string_view::npos)
    return make_error(ErrorCode::kConfiguration,
                      "The store is named by a file's path or a postgresql:// address.");
  if (!bytes.starts_with("postgresql://") && !bytes.starts_with("postgres://"))
    return file(std::string(bytes));
  PATCHBAY_TRY_ASSIGN(const auto options, parse_uri(bytes));
  StoreLocation out;
  const auto host = value_of(options, "host");
  const auto port = value_of(options, "port");
  out.shown_ = "PostgreSQL database " + value_of(options, "dbname") + " at " +
               (host.empty() ? "the local socket" : host) + (port.empty() ? "" : ":" + port);
  out.is_local_ = all_local(host) && all_local(value_of(options, "hostaddr"));
  out.uri_ = std::make_shared<const SecretString>(std::move(text));
  return out;
}

Result<StoreLocation> StoreLocation::read_file(const std::string& path) {
  PATCHBAY_TRY_ASSIGN(auto line,
                      read_private_line(path, "the store's address", "may hold a password"));
  return parse(std::move(line));
}

StoreLocation StoreLocation::file(std::string path) {
  StoreLocation out;
  out.path_ = std::move(path);
  return out;
}

}  // namespace patchbay::store
