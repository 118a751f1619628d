#include "connector/worker/library.h"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <deque>
#include <mutex>
#include <type_traits>

#include "connector/worker/abi_bridge.h"
#include "connector/worker/entry_point.h"

namespace patchbay::connector {
namespace {

constexpr std::size_t kMaxFlows = 65536;
constexpr std::size_t kMaxLogLine = 1024;

}  // namespace

std::string_view to_string(LoadFailure failure) {
  switch (failure) {
    case LoadFailure::kNone:
      return "none";
    case LoadFailure::kNotALibrary:
      return "not_a_library";
    case LoadFailure::kNoEntryPoint:
      return "no_entry_point";
    case LoadFailure::kWrongMajor:
      return "wrong_abi_major";
    case LoadFailure::kBadTable:
      return "bad_table";
    case LoadFailure::kCreateFailed:
      return "create_failed";
    case LoadFailure::kNoWalls:
      return "no_walls";
    case LoadFailure::kNoManifestIn:
      return "no_manifest_in";
    case LoadFailure::kManifestRefused:
      return "manifest_refused";
  }
  return "unknown";
}

// Never unloaded: connectors may have left pointers behind (rule 9 of the design's interface). The
// handles stay reachable for good, so that they are no leak.
struct Library::Loaded {
  boost::dll::shared_library* handle = keep_for_good();

 private:
  static boost::dll::shared_library* keep_for_good() {
    static std::mutex mutex;
    static auto& handles = *new std::deque<boost::dll::shared_library>;
    const std::scoped_lock lock(mutex);
    return &handles.emplace_back();
  }
};

Library::Library(LogSink log) : log_(std::move(log)), library_(std::make_unique<Loaded>()) {
  host_.struct_size = sizeof host_;
  host_.abi_minor = PATCHBAY_ABI_MINOR;
  host_.ctx = this;
  host_.log = &Library::log_line;
  host_.get_extension = &Library::extension;
}

Library::~Library() {
  while (!flows_.empty()) release(flows_.begin()->first);
  if (instance_ != nullptr) table_->destroy(instance_);
}

const void* Library::extension(void* /*context*/, patchbay_str /*id*/) {
  return nullptr;
}

void Library::log_line(void* context, std::uint32_t level, patchbay_str message) {
  const auto* self = static_cast<const Library*>(context);
  if (message.ptr == nullptr || !self->log_) return;
  self->log_(level, {message.ptr, std::min<std::size_t>(message.len, kMaxLogLine)});
}

LoadFailure Library::give_manifest(std::string_view manifest, std::string& detail) {
  const auto* extension = find_manifest_in(*table_, instance_);
  if (extension == nullptr) {
    detail = "it has no " PATCHBAY_EXT_MANIFEST_IN;
    return LoadFailure::kNoManifestIn;
  }
  const auto status = extension->set_manifest(instance_, {manifest.data(), manifest.size()});
  if (status == PATCHBAY_OK) return LoadFailure::kNone;
  detail = status == PATCHBAY_E_UNSUPPORTED ? "the manifest needs code"
                                            : "set_manifest() answered " + std::to_string(status);
  return LoadFailure::kManifestRefused;
}

std::unique_ptr<Library> Library::load(const std::string& path, std::string_view manifest,
                                       LogSink log, LoadedMessage& loaded) {
  auto fail = [&](LoadFailure why, std::string_view detail) {
    loaded.failure = static_cast<std::uint32_t>(why);
    loaded.detail = detail;
    return nullptr;
  };
  std::unique_ptr<Library> self(new Library(std::move(log)));
  auto& handle = *self->library_->handle;
  boost::dll::fs::error_code error;
  handle.load(path, error, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  if (error) {
    // Boost.DLL looks elsewhere after a failure, and tells of that.
    const char* why = ::dlerror();
    return fail(LoadFailure::kNotALibrary, why != nullptr ? why : error.message());
  }
  if (!handle.has(PATCHBAY_CONNECTOR_QUERY_SYMBOL))
    return fail(LoadFailure::kNoEntryPoint, PATCHBAY_CONNECTOR_QUERY_SYMBOL " is not exported");
  using Query = std::remove_pointer_t<patchbay_connector_query_fn>;
  const auto asked = ask_for_table(&handle.get<Query>(PATCHBAY_CONNECTOR_QUERY_SYMBOL));
  loaded.connector_major = asked.major;
  if (asked.fault == TableFault::kOtherMajor) return fail(LoadFailure::kWrongMajor, explain(asked));
  if (asked.fault == TableFault::kIncomplete) return fail(LoadFailure::kBadTable, explain(asked));
  self->table_ = asked.table;
  loaded.abi_minor = self->table_->abi_minor;
  loaded.manifest.assign(self->table_->manifest.ptr, self->table_->manifest.len);
  if (const auto status = self->table_->create(&self->host_, &self->instance_);
      status != PATCHBAY_OK || self->instance_ == nullptr)
    return fail(LoadFailure::kCreateFailed, "create() answered " + std::to_string(status));
  if (manifest.empty()) return self;
  std::string detail;
  if (const auto refused = self->give_manifest(manifest, detail); refused != LoadFailure::kNone)
    return fail(refused, detail);
  return self;
}

std::uint32_t Library::begin(std::uint64_t flow_id, const BeginMessage& message) {
  if (flows_.contains(flow_id) || flows_.size() >= kMaxFlows) return PATCHBAY_E_INVALID;
  const InputView input(message.input);
  patchbay_flow* flow = nullptr;
  patchbay_status status = PATCHBAY_E_UNSUPPORTED;
  switch (message.operation) {
    case Operation::kConnect:
      status = table_->connect(instance_, input.get(), &flow);
      break;
    case Operation::kRefresh:
      status = table_->refresh(instance_, input.get(), &flow);
      break;
    case Operation::kRevoke:
      status = table_->revoke(instance_, input.get(), &flow);
      break;
    case Operation::kInvoke:
      if (table_->invoke != nullptr) status = table_->invoke(instance_, input.get(), &flow);
      break;
  }
  if (status == PATCHBAY_OK && flow == nullptr) return PATCHBAY_E_INTERNAL;
  if (status == PATCHBAY_OK) flows_.emplace(flow_id, flow);
  return status;
}

ActionMessage Library::step(std::uint64_t flow_id, const FlowEvent& event) {
  const auto found = flows_.find(flow_id);
  if (found == flows_.end()) return {PATCHBAY_E_INVALID, {}};
  const EventView view(event);
  patchbay_action action{};
  action.struct_size = sizeof action;
  ActionMessage answer;
  answer.status = table_->step(found->second, view.get(), &action);
  if (answer.status != PATCHBAY_OK) return answer;
  std::string broken;
  if (auto read = read_action(action, broken)) {
    answer.action = std::move(*read);
  } else {
    answer.status = PATCHBAY_E_INTERNAL;
    if (log_) log_(PATCHBAY_LOG_ERROR, "rule broken: " + broken);
  }
  return answer;
}

void Library::release(std::uint64_t flow_id) {
  const auto found = flows_.find(flow_id);
  if (found == flows_.end()) return;
  table_->release(found->second);
  flows_.erase(found);
}

}  // namespace patchbay::connector
