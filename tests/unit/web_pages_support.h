#pragma once
// The pages over a real store in memory, and a browser as far as their tests need one. The
// connectors folder is empty (tests/browser walks the whole journey).
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "accounts/account_service.h"
#include "store/open_vault.h"
#include "store/projects_table.h"
#include "store_test_support.h"
#include "web/operator_access.h"
#include "web/pages.h"

namespace patchbay::web {

inline constexpr std::string_view kOrigin = "http://localhost:8080";
inline constexpr std::int64_t kMinute = 60'000;
inline constexpr std::int64_t kHour = 60 * kMinute;

struct KindsAudit final : audit::AuditLog {
  Result<> append(const audit::AuditEvent& event) override {
    if (full) return make_error(ErrorCode::kStorage, "full");
    kinds.push_back(event.kind);
    return {};
  }
  std::vector<std::string> kinds;
  bool full = false;
};

// A browser as far as these tests need one: it keeps cookies.
struct PageBrowser {
  virtual ~PageBrowser() = default;
  // The hub that it talks to.
  virtual net::Response dispatch(net::Request& request) = 0;
  virtual std::string fresh_link(const Person& person) = 0;

  struct Sent {
    std::string method = "GET";
    std::string target;
    std::string form = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    bool same_origin = true;
  };

  net::Response send(const Sent& sent) {
    net::Request request;
    request.method = sent.method;
    request.target = sent.target;
    request.host = "localhost:8080";
    request.id = "test";
    EXPECT_TRUE(net::decode_target(sent.target, request));
    if (sent.method == "POST") {
      request.headers.add("Content-Type", "application/x-www-form-urlencoded");
      if (sent.same_origin) {
        request.headers.add("Origin", "null");  // what a browser sends under no-referrer
        request.headers.add("Sec-Fetch-Site", "same-origin");
      }
      request.body = SecretString(sent.form);
    }
    std::string jar;
    for (const auto& [name, value] : cookies) {
      if (!jar.empty()) jar += "; ";
      jar.append(name).append("=").append(value);
    }
    if (!jar.empty()) request.headers.add("Cookie", jar);
    for (const auto& [name, value] : sent.headers) request.headers.add(name, value);
    net::Response response = dispatch(request);
    for (const std::string_view line : response.headers.get_all("Set-Cookie")) {
      const auto equals = line.find('=');
      const std::string name(line.substr(0, equals));
      const std::string value(line.substr(equals + 1, line.find(';') - equals - 1));
      if (value.empty()) {
        cookies.erase(name);
      } else {
        cookies[name] = value;
      }
    }
    return response;
  }
  net::Response get(std::string target) { return send({.target = std::move(target)}); }
  net::Response post(std::string target, std::string form) {
    return send({.method = "POST", .target = std::move(target), .form = std::move(form)});
  }

  static std::string header(const net::Response& response, std::string_view name) {
    return std::string(response.headers.get(name).value_or(""));
  }
  // The token in the page's first form.
  static std::string csrf_of(const net::Response& response) {
    constexpr std::string_view kMark = "name=\"csrf\" value=\"";
    const auto at = response.body.find(kMark);
    if (at == std::string::npos) return {};
    const auto begin = at + kMark.size();
    return response.body.substr(begin, response.body.find('"', begin) - begin);
  }
  static bool has(const net::Response& response, std::string_view piece) {
    return response.body.find(piece) != std::string::npos;
  }

  // Signed in; the session's CSRF token.
  std::string sign_in(const Person& person = {}) {
    cookies.clear();
    EXPECT_EQ(get(fresh_link(person)).status, 303U);
    const std::string csrf = csrf_of(get("/signin"));
    EXPECT_EQ(header(post("/signin", "csrf=" + csrf), "Location"), "/app/connectors");
    return csrf_of(get("/app/connectors"));
  }

  std::map<std::string, std::string> cookies;
};

struct WebPagesTest : testing::Test, PageBrowser {
  WebPagesTest() {
    pages.add_routes(router);
    EXPECT_TRUE(store.transact_blocking([](store::Database& db) {
      return store::projects_table::insert(db, {"prj_1", "Example", 1});
    }));
  }

  net::Response dispatch(net::Request& request) override {
    return loops.block_on(router.dispatch(request));
  }
  std::string fresh_link(const Person& person = {}) override {
    return std::string(create_signin_link(store, clock, random, person)->reveal());
  }
  accounts::NewSession connect_session(std::int64_t seconds = 600) {
    accounts::SessionRequest wanted;
    wanted.project_id = "prj_1";
    wanted.owner_id = "owner-1";
    wanted.owner_name = "Owner <One>";
    wanted.connector_id = "acme";
    wanted.expires_in_s = seconds;
    return loops.block_on(service.create_session(std::move(wanted))).value();
  }

  FakeClock clock;
  OsRandom random;
  store::TestFolder scratch;
  net::LoopPool loops{1};
  store::Store store{store::migrated(), store::Store::Runs::kCaller};
  vault::KeyEncryptionKey kek = vault::KeyEncryptionKey::generate(random);
  vault::KeyChain key_chain{kek};
  vault::Vault vault =
      store
          .transact_blocking([this](store::Database& db) { return open_vault(db, kek, random, 1); })
          .value();
  KindsAudit audit;
  connector::StoredGate gate{store, clock, audit, {}};
  std::shared_ptr<connector::Registry> registry = std::make_shared<connector::Registry>(
      loops.loop(0).get_executor(), connector::RegistryOptions{}, gate, audit);
  instances::Instance instance{loops, store, clock, random};
  accounts::Services services{loops, store, vault, *registry, clock, random, audit, {}, instance};
  accounts::Revoker revoker{services};
  accounts::TokenKeeper keeper{services, revoker};
  accounts::Linker linker{services, revoker, keeper};
  accounts::AccountService service{services, revoker, keeper, linker};
  api::Api api{{.hub_url = [] { return std::string(kOrigin); },
                .accounts = service,
                .services = services,
                .keeper = keeper,
                .audit = audit}};
  Pages pages{{.accounts = service,
               .services = services,
               .api = api,
               .registry = *registry,
               .store = store,
               .clock = clock,
               .random = random,
               .product_name = "Shiftly",
               .audit = &audit,
               .audit_folder = scratch.file("audit"),
               .data_folder = "/var/lib/patchbay",
               .key_chain = &key_chain}};
  net::Router router;
};

}  // namespace patchbay::web
