#include "actions/action_runner.h"

#include <algorithm>
#include <array>
#include <optional>

#include "accounts/permission_report.h"
#include "actions/dry_run.h"
#include "actions/page_link.h"
#include "actions/page_token.h"
#include "actions/request_builder.h"
#include "actions/result_mapper.h"
#include "actions/value_text.h"
#include "base/hash.h"
#include "base/log.h"
#include "manifest/input_schema.h"
#include "manifest/reader.h"
#include "net/trace_context.h"

namespace patchbay::actions {
namespace {

// Takes no room that is worth counting.
constexpr std::size_t kSmallFile = std::size_t{1} << 20U;

ActionError no_dry_run(const manifest::Action& action) {
  return {ErrorCode::kConfiguration, reason::kNotSupported,
          "What \"" + action.id +
              "\" sends is decided by the connector's own code while it runs, so it can't be told "
              "beforehand."};
}

std::string_view trace_id_of(const ActionCall& call) {
  const auto parent =
      net::parse_traceparent(call.trace == nullptr ? std::string_view() : call.trace->parent);
  return parent ? parent->trace_id : std::string_view();
}

}  // namespace

// A call that passed every check.
struct ActionRunner::Prepared {
  UsableAccount usable;
  const manifest::Action* action = nullptr;  // in the usable account's manifest
  std::optional<json::Document> input;
  std::string input_hash;
  PagePosition position;
  const manifest::RequestAuth* auth = nullptr;  // likewise; null: none needed

  [[nodiscard]] const store::Account& account() const { return usable.account(); }
  [[nodiscard]] PageTokenPlace page_place() const {
    return {account().project_id, account().id, action->id, input_hash};
  }
};

ActionRunner::ActionRunner(const accounts::Services& services, TokenSource& tokens,
                           RunnerOptions options)
    : services_(services),
      options_([&services, &options] {
        if (!options.find_connector)
          options.find_connector = [&services](std::string_view id) {
            return services.registry.find(id);
          };
        return std::move(options);
      }()),
      memory_(options_.file_memory),
      caller_(services, tokens, options_.limits),
      invoker_(services, tokens, options_.flow, options_.limits.max_answer_bytes) {}

FoundAction ActionRunner::find_action(std::string_view action_id) const {
  for (std::size_t at = action_id.find('_'); at != std::string_view::npos;
       at = action_id.find('_', at + 1)) {
    const auto connector = options_.find_connector(action_id.substr(0, at));
    if (!connector || !connector->manifest) continue;
    if (const auto* action = connector->manifest->find_action(action_id))
      return {connector->manifest, action};
  }
  return {};
}

Task<ActionRunner::Outcome> ActionRunner::run(ActionCall call) {
  auto& loop = services_.loops.loop_for(call.account_id);
  co_return co_await net::run_on(loop, run_here(std::move(call)));
}

Task<boost::system::result<ActionRunner::Prepared, ActionError>> ActionRunner::prepare(
    const ActionCall& call) {
  Prepared prepared;
  PATCHBAY_CO_TRY_ASSIGN(
      prepared.usable, co_await usable_account(services_, options_.find_connector, call.project_id,
                                               call.account_id, call.allowed_at));
  const manifest::Manifest& manifest = *prepared.usable.manifest;
  prepared.action = manifest.find_action(call.action_id);
  if (prepared.action == nullptr)
    co_return ActionError(ErrorCode::kNotFound, reason::kActionUnknown,
                          "This account's connector has no action of that name.");
  const manifest::Action& action = *prepared.action;
  const auto allowed =
      accounts::allowed_actions(manifest, prepared.usable.stored.integration.allowed_actions);
  if (!call.by_hub && std::find(allowed.begin(), allowed.end(), action.id) == allowed.end())
    co_return ActionError(ErrorCode::kForbidden, reason::kActionNotAllowed,
                          "The integration does not allow \"" + action.id +
                              "\". An operator can allow it in the integration's settings.");

  auto input = json::Document::parse(call.input, {.max_bytes = options_.max_input_bytes});
  if (!input) co_return std::move(input).error();
  if (!input->root().is_object()) co_return invalid_input({{"type", "", "must be an object"}});
  if (auto problems = action.input->check(input->root()); !problems.empty())
    co_return invalid_input(std::move(problems));
  prepared.input = *std::move(input);
  PATCHBAY_CO_TRY(set_position(prepared, call));
  if (!action.token.empty()) {
    const auto* method = prepared.usable.auth_method();
    prepared.auth = method == nullptr ? nullptr : method->find_authorization(action.token);
    if (prepared.auth == nullptr)
      co_return ActionError(ErrorCode::kConfiguration, to_string(ErrorCode::kConfiguration),
                            "The way this account was connected does not serve this action. "
                            "Reconnect the account.");
    if (auto missing = fields_missing(prepared.usable, *method, action.token))
      co_return *std::move(missing);
  }
  co_return prepared;
}

// Memory set aside for an answer that is a file.
struct ActionRunner::FileRoom {
  const std::string& project_id;
  std::shared_ptr<void> taken;
  bool lacking = false;
};

std::size_t ActionRunner::bound_file(FileRoom& room, unsigned status,
                                     std::optional<std::uint64_t> length) const {
  const CallLimits& limits = options_.limits;
  const std::size_t usual = std::min(limits.max_answer_bytes, limits.max_file_bytes);
  if (status < 200 || status > 299) return usual;
  if (length && (*length <= kSmallFile || *length > limits.max_file_bytes)) return usual;
  const auto bytes = static_cast<std::size_t>(length.value_or(limits.max_file_bytes));
  room.taken = memory_.take(room.project_id, bytes * MemoryBudget::kCopies);
  room.lacking = room.taken == nullptr;
  return room.lacking ? usual : limits.max_file_bytes;
}

Result<> ActionRunner::set_position(Prepared& prepared, const ActionCall& call) const {
  const json::Value input = prepared.input->root();
  const manifest::Pagination& pagination = prepared.action->pagination;
  std::string next = call.next;
  std::uint32_t page_size = call.page_size;
  if (pagination.kind != manifest::PaginationKind::kNone) {
    constexpr std::array kPaging = {manifest::kPageSizeInput, manifest::kCursorInput};
    prepared.input_hash = sha256_hex(canonical_json(input, kPaging));
    if (next.empty()) next = input.get(manifest::kCursorInput).string_or("");
    if (page_size == 0)
      page_size = static_cast<std::uint32_t>(input.get(manifest::kPageSizeInput).integer_or(0));
  }
  if (next.empty()) {
    prepared.position = first_position(pagination, page_size);
    return {};
  }
  // An action without pages has no "next" either; open_page says so.
  PATCHBAY_TRY_ASSIGN(prepared.position,
                      open_page(services_.vault, prepared.page_place(), next, pagination));
  return {};
}

Task<ActionRunner::Outcome> ActionRunner::run_here(ActionCall call) {
  auto checked = co_await prepare(call);
  if (!checked) co_return std::move(checked).error();
  Prepared& prepared = *checked;
  const manifest::Action& action = *prepared.action;
  const manifest::Manifest& manifest = *prepared.usable.manifest;
  const store::Account& account = prepared.account();
  if (action.handler == manifest::Handler::kConnector) {
    if (call.dry_run) co_return no_dry_run(action);
    ActionReply result;
    PATCHBAY_CO_TRY_ASSIGN(result.data, co_await invoker_.call(prepared.usable, action,
                                                               std::move(call.input), call.trace));
    co_return result;
  }
  std::string().swap(call.input);
  FileRoom room{account.project_id, nullptr};
  const auto build = [&]() -> Result<net::ClientRequest> {
    PATCHBAY_TRY_ASSIGN(auto request,
                        build_request(manifest, action, prepared.input->root(),
                                      prepared.usable.host_values, prepared.position));
    if (action.result.kind == manifest::ResultKind::kBinary)
      request.bound_answer = [&](unsigned status, std::optional<std::uint64_t> length) {
        return bound_file(room, status, length);
      };
    return request;
  };
  if (call.dry_run) {
    PATCHBAY_CO_TRY_ASSIGN(const auto request, build());
    ActionReply planned;
    planned.data = describe_request(action, request);
    co_return planned;
  }
  const auto answered =
      co_await caller_.call(prepared.usable, prepared.auth, action.read_only, build, call.trace);
  if (!answered && answered.error().code == ErrorCode::kTooLarge && room.lacking)
    co_return files_under_way();
  if (!answered) co_return answered.error();
  const net::ClientReply& reply = answered->reply;
  const unsigned told = answered->told;
  const auto refused = [&] {
    auto answer = read_provider_answer(reply, answered->url, secret_forms(answered->used));
    answer.told = told;
    auto error =
        provider_refusal(manifest, action, std::move(answer),
                         accounts::granted_from_json(account.granted, account.granted_known).denied,
                         services_.clock.unix_ms());
    if (prepared.auth != nullptr)
      name_fields(error, prepared.usable, *prepared.usable.auth_method(), action.token);
    log::info("action", "refused_by_provider",
              {{"action", action.id},
               {"account", account.id},
               {"status", static_cast<int>(reply.status)},
               {"trace_id", trace_id_of(call)},
               {"provider_trace_id", error.provider->trace_id}});
    return error;
  };
  if (told < 200 || told > 299) co_return refused();
  PATCHBAY_CO_TRY_ASSIGN(const auto answer,
                         parse_answer(action.result, reply, options_.limits.max_answer_bytes));
  const json::Value root = answer ? answer->root() : json::Value();
  if (says_failed(action.result, root)) co_return refused();
  PATCHBAY_CO_TRY_ASSIGN(auto mapped, map_result(action.result, reply, root));
  PATCHBAY_CO_TRY_ASSIGN(auto next, next_position(action.pagination, prepared.position, root,
                                                  mapped.records, answered->url));
  ActionReply result;
  result.data = std::move(mapped.data);
  result.provider_status = reply.status;
  if (next) {
    if (next->kind == manifest::PaginationKind::kCursorLink && prepared.auth != nullptr &&
        prepared.auth->kind == manifest::RequestAuth::Kind::kQuery)
      next->cursor = without_query_parameter(next->cursor, prepared.auth->name);
    PATCHBAY_CO_TRY_ASSIGN(result.next, seal_page(services_.vault, prepared.page_place(), *next));
  }
  co_return result;
}

}  // namespace patchbay::actions
