#include "actions/permission_prober.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "accounts/granted_permissions.h"
#include "base/json.h"
#include "base/log.h"
#include "store/accounts_table.h"

namespace patchbay::actions {
namespace {

namespace asio = net::asio;
using accounts::FoundBy;
using accounts::GrantedPermissions;
using accounts::Reach;
using manifest::Granted;

struct AccountRef {
  std::string project_id;
  std::string id;
};

struct Question {
  std::string permission;
  const manifest::PermissionProbe* probe;  // in the manifest
  bool settled = false;                    // only how far it reaches is asked
};

// What nothing but a probe can tell.
std::vector<Question> open_questions(const manifest::Manifest& manifest,
                                     const GrantedPermissions& granted) {
  std::vector<Question> open;
  for (const auto& ref : manifest.all_permissions()) {
    const auto& probe = manifest.find_permission(ref.id)->side(ref.access).probe;
    const auto name = ref.to_string();
    const auto by = granted.found_by(name);
    const bool settled = by == FoundBy::kScope || by == FoundBy::kConnector;
    const bool reaches = granted.state(name) == Granted::kYes && probe && !probe->name_path.empty();
    if (probe && (!settled || reaches)) open.push_back({name, &*probe, settled});
  }
  return open;
}

// None: the provider did not answer, so that asking it more is of no use.
std::optional<Granted> read_answer(const ActionRunner::Outcome& outcome,
                                   const manifest::PermissionProbe& probe) {
  if (outcome) return Granted::kYes;
  const ActionError& error = outcome.error();
  if (error.provider)
    return std::ranges::count(probe.refusals, error.provider->meaning()) > 0 ? Granted::kNo
                                                                             : Granted::kUnknown;
  // An answer that makes no sense; a token that this account was never given.
  if (error.code == ErrorCode::kProtocol || error.code == ErrorCode::kNotFound)
    return Granted::kUnknown;
  return std::nullopt;
}

// Valid UTF-8 stays so.
std::string shortened(std::string text) {
  if (text.size() <= Reach::kLongestName) return text;
  std::size_t end = Reach::kLongestName;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

Reach read_reach(const ActionReply& reply, const std::string& name_path, std::int64_t now_ms) {
  Reach reach{.names = {}, .more = !reply.next.empty(), .at = now_ms};
  const auto records = json::Document::parse(reply.data);
  if (!records) return reach;
  for (std::size_t i = 0; i < records->root().size(); ++i) {
    auto name = records->root().at(i).pointer(name_path).string_or("");
    if (name.empty()) continue;
    if (reach.names.size() == Reach::kMostNames) {
      reach.more = true;
      break;
    }
    reach.names.push_back(shortened(std::move(name)));
  }
  return reach;
}

Error too_many() {
  Error error = make_error(ErrorCode::kRateLimited,
                           "The permissions of too many accounts are being checked at once. Try "
                           "again in a few seconds.");
  error.retry_after_ms = 5'000;
  return error;
}

}  // namespace

struct PermissionProber::Impl : std::enable_shared_from_this<Impl> {
  // What happens on one loop; used there alone.
  struct Line {
    // By account id; each timer never runs out and is cancelled at the end of the check.
    std::map<std::string, std::shared_ptr<asio::steady_timer>> at_work;
    std::deque<AccountRef> waiting;
    std::size_t workers = 0;
  };

  // A check at work, until it goes out of scope.
  class AtWork {
   public:
    AtWork(Line& line, const std::string& account_id, asio::io_context& loop)
        : line_(line),
          entry_(line.at_work
                     .emplace(account_id, std::make_shared<asio::steady_timer>(
                                              loop, asio::steady_timer::time_point::max()))
                     .first) {}
    ~AtWork() {
      entry_->second->cancel();
      line_.at_work.erase(entry_);
    }
    AtWork(const AtWork&) = delete;
    AtWork& operator=(const AtWork&) = delete;

   private:
    Line& line_;
    std::map<std::string, std::shared_ptr<asio::steady_timer>>::iterator entry_;
  };

  Impl(const accounts::Services& s, ActionRunner& r)
      : services(s), runner(r), lines(s.loops.size()) {}

  const accounts::Services& services;
  ActionRunner& runner;
  std::vector<Line> lines;

  Line& line_of(const std::string& account_id) {
    return lines[services.loops.index_for(account_id)];
  }

  static Task<> enter(std::shared_ptr<Impl> self, AccountRef account) {
    Line& line = self->line_of(account.id);
    if (line.waiting.size() >= kLongestLine) {
      log::warning("permissions", "not_checked",
                   {{"account", account.id}, {"reason", "too many accounts are waiting"}});
      co_return;
    }
    line.waiting.push_back(std::move(account));
    if (line.workers >= kInBackground) co_return;
    ++line.workers;
    while (!line.waiting.empty()) {
      const AccountRef next = std::move(line.waiting.front());
      line.waiting.pop_front();
      (void)co_await self->check(next);
    }
    --line.workers;
  }

  Task<Result<>> check(AccountRef account) {
    Line& line = line_of(account.id);
    if (const auto other = line.at_work.find(account.id); other != line.at_work.end()) {
      const auto ended = other->second;
      (void)co_await ended->async_wait(asio::as_tuple(asio::use_awaitable));
      co_return Result<>();
    }
    if (line.at_work.size() >= kMostAtOnce) co_return too_many();
    const AtWork held(line, account.id, services.loops.loop_for(account.id));
    co_return co_await probe_all(account);
  }

  Task<Result<>> probe_all(const AccountRef& account) {
    auto usable = co_await usable_account(
        services, [this](std::string_view id) { return runner.find_connector(id); },
        account.project_id, account.id, std::numeric_limits<std::int64_t>::max());
    if (!usable) co_return usable.error();
    const std::string before = usable->account().granted;
    auto found = accounts::granted_from_json(before, usable->account().granted_known);
    auto questions = open_questions(*usable->manifest, found);
    if (questions.empty()) co_return Result<>();
    if (co_await ask_all(account, std::move(questions), found))
      found.checked = services.clock.unix_ms();
    co_return co_await keep(account, before, found);
  }

  // False: it was broken off, because of the time or because the provider can't be asked.
  Task<bool> ask_all(const AccountRef& account, std::vector<Question> questions,
                     GrantedPermissions& found) {
    const auto begun = services.clock.unix_ms();
    for (const auto& question : questions) {
      if (services.clock.unix_ms() - begun >= kAskForMs) co_return false;
      const auto outcome = co_await ask(account, *question.probe);
      const auto answer = read_answer(outcome, *question.probe);
      if (!answer) co_return false;
      const auto now = services.clock.unix_ms();
      if (!question.settled) found.set_probed(question.permission, *answer, now);
      if (outcome && !question.probe->name_path.empty())
        found.reach[question.permission] = read_reach(*outcome, question.probe->name_path, now);
    }
    co_return true;
  }

  Task<ActionRunner::Outcome> ask(const AccountRef& account,
                                  const manifest::PermissionProbe& probe) {
    ActionCall call;
    call.project_id = account.project_id;
    call.account_id = account.id;
    call.action_id = probe.action_id;
    call.input = probe.input;
    call.page_size = probe.name_path.empty() ? 1 : Reach::kMostNames;
    call.by_hub = true;
    co_return co_await runner.run(std::move(call));
  }

  Task<Result<>> keep(const AccountRef& account, const std::string& before,
                      const GrantedPermissions& found) {
    const auto kept = co_await services.store.transact(
        [id = account.id, before, after = to_json(found)](store::Database& db) {
          return store::accounts_table::replace_granted(db, id, before, after);
        });
    if (!kept) {
      log::warning("permissions", "not_kept",
                   {{"account", account.id}, {"error", kept.error().message}});
      co_return kept.error();
    }
    log::info("permissions", *kept ? "checked" : "changed_meanwhile", {{"account", account.id}});
    co_return Result<>();
  }
};

PermissionProber::PermissionProber(const accounts::Services& services, ActionRunner& runner)
    : impl_(std::make_shared<Impl>(services, runner)) {}
PermissionProber::~PermissionProber() = default;

void PermissionProber::check_soon(std::string project_id, std::string account_id) {
  auto& loop = impl_->services.loops.loop_for(account_id);
  asio::co_spawn(loop, Impl::enter(impl_, {std::move(project_id), std::move(account_id)}),
                 asio::detached);
}

Task<Result<>> PermissionProber::check(std::string project_id, std::string account_id) {
  auto& loop = impl_->services.loops.loop_for(account_id);
  const auto impl = impl_;
  co_return co_await net::run_on(loop, impl->check({std::move(project_id), std::move(account_id)}));
}

}  // namespace patchbay::actions
