#include "turnstile/provider.h"

#include <mutex>
#include <utility>

#include "patchbay/sandbox/json.h"
#include "patchbay/sandbox/text.h"

namespace patchbay::turnstile {

using sandbox::Fields;
using sandbox::Request;
using sandbox::Response;
namespace json = boost::json;

namespace {

constexpr int kLifetimeS = 3600;

Response refusal(const char* code) {
  return sandbox::json_response(400, json::object{{"error", code}});
}

std::string refresh_token(const std::string& grant, int number) {
  return "refresh." + grant + "." + std::to_string(number);
}

}  // namespace

class State {
 public:
  Response token(const Fields& form) {
    const std::lock_guard lock(mutex_);
    const auto type = form.find("grant_type").value_or("");
    if (type == "client_credentials") return mint(form.find("client_id").value_or(""));
    if (type == "refresh_token") return rotate(form.find("refresh_token").value_or(""));
    return refusal("unsupported_grant_type");
  }

  Response revoke(const Fields& form) {
    const std::lock_guard lock(mutex_);
    const auto token = form.find("token").value_or("");
    ++revoked_[token];
    const auto parts = sandbox::split(token, '.');
    if (parts.size() == 3 && parts[0] == "refresh") grants_[std::string(parts[1])].dead = true;
    return Response::empty(200);
  }

  std::string new_grant(const std::string& name) {
    const std::lock_guard lock(mutex_);
    grants_[name] = Grant{};
    return refresh_token(name, 1);
  }

  template <class Look>
  auto look(Look look) {
    const std::lock_guard lock(mutex_);
    return look(*this);
  }

  struct Grant {
    int current = 1;
    std::map<int, int> presented;
    bool dead = false;
  };
  bool lenient = false;
  std::map<std::string, int> minted_;
  std::map<std::string, Grant> grants_;
  std::map<std::string, int> revoked_;

 private:
  Response mint(const std::string& client) {
    const int number = ++minted_[client];
    return sandbox::json_response(
        200, json::object{{"access_token", "access." + client + "." + std::to_string(number)},
                          {"token_type", "Bearer"},
                          {"expires_in", kLifetimeS}});
  }

  Response rotate(const std::string& presented) {
    const auto parts = sandbox::split(presented, '.');
    if (parts.size() != 3 || parts[0] != "refresh") return refusal("invalid_grant");
    const auto found = grants_.find(std::string(parts[1]));
    if (found == grants_.end()) return refusal("invalid_grant");
    auto& [name, grant] = *found;
    const int number = std::stoi(std::string(parts[2]));
    const int times = ++grant.presented[number];
    const bool again = lenient && number == grant.current - 1 && times == 2;
    if (!grant.dead && number == grant.current) {
      ++grant.current;
    } else if (grant.dead || !again) {
      grant.dead = true;
      return refusal("invalid_grant");
    }
    return sandbox::json_response(
        200, json::object{{"access_token", "access." + name + "." + std::to_string(grant.current)},
                          {"refresh_token", refresh_token(name, grant.current)},
                          {"token_type", "Bearer"},
                          {"expires_in", kLifetimeS}});
  }

  std::mutex mutex_;  // guards all above
};

namespace {

class Provider final : public sandbox::Provider {
 public:
  explicit Provider(std::shared_ptr<State> state) : state_(std::move(state)) {}

  void add_routes(sandbox::Router& router) override {
    router.add("POST", "/token", [this](const Request& request) {
      const auto form = sandbox::parse_form(request.body);
      return form ? state_->token(*form) : refusal("invalid_request");
    });
    router.add("POST", "/revoke", [this](const Request& request) {
      const auto form = sandbox::parse_form(request.body);
      return form ? state_->revoke(*form) : refusal("invalid_request");
    });
  }
  void add_control_routes(sandbox::Router& /*router*/) override {}
  Response not_found(const Request& /*request*/,
                     const std::vector<std::string>& /*other_methods*/) override {
    return Response::empty(404);
  }
  json::array credentials() const override { return {}; }
  json::object options() const override { return {}; }
  std::optional<std::string> set_options(const json::object& /*changes*/) override { return {}; }
  void reset() override {}

 private:
  std::shared_ptr<State> state_;
};

}  // namespace

Turnstile::Turnstile() : state_(std::make_shared<State>()) {
  sandbox_ = std::make_unique<sandbox::Sandbox>(
      sandbox::ProviderInfo{.name = "turnstile", .hosts = {kHost}, .about = ""},
      [state = state_](sandbox::Services /*kit*/) { return std::make_unique<Provider>(state); },
      sandbox::Sandbox::Options{});
}
Turnstile::~Turnstile() = default;

std::string Turnstile::new_grant(const std::string& name) {
  return state_->new_grant(name);
}

void Turnstile::set_grace(bool lenient) {
  state_->look([&](State& state) { state.lenient = lenient; });
}

void Turnstile::end_grant(const std::string& name) {
  state_->look([&](State& state) { state.grants_.at(name).dead = true; });
}

std::map<std::string, int> Turnstile::minted() const {
  return state_->look([](const State& state) { return state.minted_; });
}

std::map<std::string, std::map<int, int>> Turnstile::presented() const {
  return state_->look([](const State& state) {
    std::map<std::string, std::map<int, int>> all;
    for (const auto& [name, grant] : state.grants_) all[name] = grant.presented;
    return all;
  });
}

bool Turnstile::is_dead(const std::string& grant) const {
  return state_->look([&](const State& state) { return state.grants_.at(grant).dead; });
}

std::size_t Turnstile::dead_grants() const {
  return state_->look([](const State& state) {
    std::size_t dead = 0;
    for (const auto& [name, grant] : state.grants_) dead += grant.dead ? 1 : 0;
    return dead;
  });
}

std::map<std::string, int> Turnstile::revoked() const {
  return state_->look([](const State& state) { return state.revoked_; });
}

}  // namespace patchbay::turnstile
