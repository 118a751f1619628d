#include "patchbay/sandbox/call_log.h"

#include <algorithm>
#include <array>

#include "patchbay/sandbox/json.h"
#include "patchbay/sandbox/text.h"

namespace patchbay::sandbox {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kMaxText = 4096;
constexpr std::array<std::string_view, 12> kSecretNames{
    "client_secret", "token",   "access_token", "refresh_token", "password",         "secret",
    "assertion",     "api_key", "code",         "code_verifier", "client_assertion", "id_token"};
constexpr std::array<std::string_view, 6> kSecretHeaders{
    "authorization", "cookie", "x-api-key", "x-sandbox-token", "proxy-authorization", "api-key"};

template <typename Names>
bool names_secret(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), lower_case(name)) != names.end();
}

struct Masker {
  const CallLog::LooksSecret& looks_secret;

  bool hides(std::string_view name, std::string_view value) const {
    return names_secret(kSecretNames, name) || (looks_secret && looks_secret(value));
  }
  std::string form(const Fields& fields) const {
    Fields masked;
    for (const auto& [name, value] : fields) {
      const bool hide_name = looks_secret && looks_secret(name);
      masked.add(hide_name ? std::string(kMask) : name,
                 hides(name, value) ? std::string(kMask) : value);
    }
    return encode_form(masked);
  }
  void tree(json::value& value) const {
    if (auto* object = value.if_object()) {
      for (auto& member : *object) {
        if (names_secret(kSecretNames, member.key())) {
          member.value() = kMask;
        } else {
          tree(member.value());
        }
      }
    } else if (auto* array = value.if_array()) {
      for (json::value& item : *array) tree(item);
    } else if (auto* text = value.if_string(); text && looks_secret && looks_secret(*text)) {
      value = kMask;
    }
  }
  std::string body(const Request& request) const {
    const std::string size = "<" + std::to_string(request.body.size()) + " bytes>";
    if (request.body.empty()) return {};
    if (request.body.size() > kMaxText) return size;
    if (auto parsed = parse_json(request.body)) {
      tree(*parsed);
      return json::serialize(*parsed);
    }
    if (request.content_type() == "application/x-www-form-urlencoded") {
      if (const auto fields = parse_form(request.body)) return form(*fields);
    }
    return size;
  }
};

}  // namespace

CallLog::Record masked_record(const Request& request, const CallLog::LooksSecret& looks_secret) {
  const Masker masker{looks_secret};
  CallLog::Record record;
  record.method = request.method;
  record.route = request.route;
  record.target = request.path;
  for (std::string& segment : split(request.path, '/')) {
    if (looks_secret && looks_secret(segment)) record.target = request.route;
  }
  if (!request.query.empty()) record.target += '?' + masker.form(request.query);
  for (const auto& [name, value] : request.headers) {
    const bool hide = names_secret(kSecretHeaders, name) || (looks_secret && looks_secret(value));
    record.headers.add(name, hide ? std::string(kMask) : value);
  }
  record.body = masker.body(request);
  return record;
}

CallLog::CallLog(LooksSecret looks_secret, std::size_t kept)
    : looks_secret_(std::move(looks_secret)), kept_(kept) {}

std::uint64_t CallLog::arrived(const Request& request, std::int64_t now_ms, std::string fault) {
  Record record = masked_record(request, looks_secret_);
  record.time_ms = now_ms;
  record.fault = std::move(fault);
  const std::lock_guard lock(mutex_);
  record.id = next_id_++;
  const std::uint64_t id = record.id;
  ++total_;
  ++counts_[request.route];
  records_.push_back(std::move(record));
  if (records_.size() > kept_) records_.pop_front();
  changed_.notify_all();
  return id;
}

void CallLog::answered(std::uint64_t id, int status) {
  const std::lock_guard lock(mutex_);
  // Ids are given in order, so the record's place follows from its distance to the oldest kept.
  if (records_.empty() || id < records_.front().id) return;
  const std::size_t at = id - records_.front().id;
  if (at < records_.size()) records_[at].status = status;
}

std::uint64_t CallLog::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

std::uint64_t CallLog::count(std::string_view route) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(route);
  return found == counts_.end() ? 0 : found->second;
}

std::map<std::string, std::uint64_t, std::less<>> CallLog::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::vector<CallLog::Record> CallLog::last(std::size_t how_many) const {
  const std::lock_guard lock(mutex_);
  const std::size_t taken = std::min(how_many, records_.size());
  return {records_.end() - static_cast<std::ptrdiff_t>(taken), records_.end()};
}

void CallLog::clear() {
  const std::lock_guard lock(mutex_);
  total_ = 0;
  counts_.clear();
  records_.clear();
}

bool CallLog::wait_for(std::string_view route, std::uint64_t times,
                       std::chrono::milliseconds limit) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] {
    const auto found = counts_.find(route);
    return found != counts_.end() && found->second >= times;
  });
}

}  // namespace patchbay::sandbox
