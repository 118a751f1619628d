#include "hub_work.h"

#include <iostream>

namespace patchbay::integration {
namespace {

constexpr int kOwners = 12;

class Worker {
 public:
  Worker(cli::Hub& hub, std::uint64_t seed, std::string client_id, std::string client_secret)
      : hub_(hub),
        random_(seed),
        client_id_(std::move(client_id)),
        client_secret_(std::move(client_secret)) {}

  // What was interrupted is ended now and not when it has been quiet for minutes.
  Result<> settle() {
    PATCHBAY_TRY(execute("UPDATE flows SET updated = 1"));
    PATCHBAY_TRY(wait(hub_.recovery().run_due()));
    while (true) {
      PATCHBAY_TRY(execute("UPDATE revocations SET next_attempt = 1"));
      PATCHBAY_TRY_ASSIGN(const auto done, wait(hub_.revoker().run_due()));
      if (done == 0) break;
    }
    say("settled");
    std::string line;
    std::getline(std::cin, line);
    return {};
  }

  Result<> act() {
    PATCHBAY_TRY_ASSIGN(const auto accounts, list());
    const auto kind = pick(10);
    if (accounts.size() < 2 || kind < 4) return link("owner" + std::to_string(pick(kOwners)));
    const auto& id = accounts[pick(accounts.size())].id;
    return kind < 8 ? refresh(id) : unlink(id);
  }

 private:
  static void say(const std::string& line) { std::cout << line << std::endl; }
  std::size_t pick(std::size_t count) {
    return static_cast<std::size_t>(random_.unit() * static_cast<double>(count));
  }
  template <class T>
  T wait(net::Task<T> task) {
    return hub_.loops().block_on(std::move(task));
  }
  Result<std::int64_t> execute(const std::string& sql) {
    return hub_.store().transact_blocking([&](store::Database& db) { return db.execute(sql); });
  }
  // Those it linked itself; the others were there before and have no valid tokens.
  Result<std::vector<store::Account>> list() {
    store::AccountFilter filter;
    filter.project_id = hub_.project_id();
    for (int i = 0; i < kOwners; ++i) filter.owner_ids.push_back("owner" + std::to_string(i));
    return wait(hub_.accounts().list(filter));
  }

  Result<> link(const std::string& owner) {
    say("begin link " + owner);
    accounts::SessionRequest session;
    session.project_id = hub_.project_id();
    session.owner_id = session.owner_name = owner;
    session.connector_id = "personio";
    PATCHBAY_TRY_ASSIGN(auto opened, wait(hub_.accounts().create_session(session)));
    accounts::LinkRequest request;
    request.session = opened.session;
    request.connector_id = "personio";
    request.form.values = {{"client_id", client_id_}};
    request.form.secrets.push_back({"client_secret", SecretString(client_secret_)});
    const auto outcome = wait(hub_.accounts().link(std::move(request)));
    if (!outcome.account) return outcome.error;
    say("linked " + owner + " " + outcome.account->id + " " +
        std::to_string(outcome.account->generation));
    return {};
  }
  Result<> refresh(const std::string& id) {
    say("begin refresh " + id);
    PATCHBAY_TRY(wait(hub_.accounts().refresh(hub_.project_id(), id)));
    PATCHBAY_TRY_ASSIGN(const auto account, wait(hub_.accounts().get(hub_.project_id(), id)));
    say("refreshed " + id + " " + std::to_string(account.generation));
    return {};
  }
  Result<> unlink(const std::string& id) {
    say("begin unlink " + id);
    PATCHBAY_TRY(wait(hub_.accounts().unlink(hub_.project_id(), id)));
    say("unlinked " + id);
    return {};
  }

  cli::Hub& hub_;
  SeededRandom random_;
  std::string client_id_;
  std::string client_secret_;
};

}  // namespace

Result<> work_until_killed(cli::Hub& hub, std::uint64_t seed, const std::string& client_id,
                           const std::string& client_secret) {
  Worker worker(hub, seed, client_id, client_secret);
  PATCHBAY_TRY(worker.settle());
  hub.start_background();
  while (true) PATCHBAY_TRY(worker.act());
}

}  // namespace patchbay::integration
