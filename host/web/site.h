#pragma once
// What all pages share: the options, the operator's access, the frame around a page, and the checks
// in front of handlers. Owned by Pages. Any loop.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "accounts/account_service.h"
#include "api/api.h"
#include "base/clock.h"
#include "base/random.h"
#include "connector/registry.h"
#include "net/http_types.h"
#include "net/origins.h"
#include "net/router.h"
#include "store/store.h"
#include "store/store_location.h"
#include "vault/key_chain.h"
#include "web/connect_runs.h"
#include "web/connector_view.h"
#include "web/language.h"
#include "web/operator_access.h"
#include "web/operator_memory.h"
#include "web/view.h"

namespace patchbay::web {

// Everything referred to outlives the Pages.
struct Options {
  accounts::AccountService& accounts;
  const accounts::Services& services;  // the settings change keys and webhooks through them
  api::Api& api;                       // actions are tried through it
  connector::Registry& registry;
  store::Store& store;
  const Clock& clock;
  Random& random;                  // of the kernel: sessions hang on it
  HostList overridden_hosts = {};  // of the egress override: their connectors are marked "sandbox"
  bool white_label = false;        // end users read nothing about the hub itself
  std::string product_name = {};   // who asks for the connection; empty: the hub's name
  std::string hub_name = "Patchbay";
  std::string public_origin = {};  // "https://hub.example.com" behind a proxy; empty: the request's
  AccessTimes times = {};
  net::Origins embed_origins = {};   // of pages that may hold the connect component
  audit::AuditLog* audit = nullptr;  // sign-ins and what operators do; null: not recorded
  // What the settings tell admins of the installation.
  std::string audit_folder = {};
  std::string data_folder = {};                       // as commands are given it
  std::optional<store::StoreLocation> location = {};  // none: its place and size are not told
  const vault::KeyChain* key_chain = nullptr;         // null: nor is the hub's own key
};

enum class Nav : std::uint8_t { kNone, kConnectors, kIntegrations, kAccounts, kSettings };

struct Page {
  std::string_view template_name;
  std::string title;
  View view;
  unsigned status = 200;
  Nav nav = Nav::kNone;
  const OperatorAccess::Session* session = nullptr;  // shows navigation and sign-out
  bool problem = false;        // say so in the title: screen readers read that first
  unsigned refresh_s = 0;      // without JavaScript, load again after so long
  bool secret = false;         // the page shows a link token
  bool for_end_users = false;  // the product's name on top rather than the hub's
  bool sandboxed = false;
};

class Site {
 public:
  explicit Site(Options site_options);
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  const Options options;
  OperatorAccess access;
  OperatorMemory memory;
  // Shared with connects under way, which may be ended by the loops after the pages are gone.
  const std::shared_ptr<ConnectRuns> runs = std::make_shared<ConnectRuns>();

  [[nodiscard]] const std::string& product_name() const {
    return options.product_name.empty() ? options.hub_name : options.product_name;
  }
  [[nodiscard]] std::int64_t now() const { return options.clock.unix_ms(); }

  [[nodiscard]] net::Response page(const net::Request& request, Page page) const;
  // A piece of HTML for a script to put into a page.
  [[nodiscard]] net::Response fragment(const net::Request& request, std::string_view template_name,
                                       const View& view) const;
  // "Something is not as it should be": what it is, and where to go on.
  struct Message {
    std::string_view text_id;  // with .title, .body and perhaps .detail
    unsigned status = 404;
    const OperatorAccess::Session* session = nullptr;
    bool for_end_users = false;
    std::string_view link = {};  // address and text id of where to go on
    std::string_view link_text_id = {};
    unsigned refresh_s = 0;
    std::string detail = {};  // more words, e.g. an error's
    bool closes_window = false;
  };
  [[nodiscard]] net::Response message(const net::Request& request, const Message& message) const;
  [[nodiscard]] net::Response error(const net::Request& request, const Error& error,
                                    const OperatorAccess::Session* session) const;

  using Session = OperatorAccess::Session;

  // The message that waits for this session, for the template "flash". It is shown once.
  void put_flash(View& view, const Session& session);
  // Goes there with such a message: what was done, or what was not and why.
  net::Response go_with_flash(const Session& session, std::string_view address, std::string text,
                              const std::optional<Error>& error = {});

  using OpenHandler = std::function<net::Task<net::Response>(net::Request&)>;
  using OperatorGet = std::function<net::Task<net::Response>(net::Request&, const Session&)>;
  using OperatorPost =
      std::function<net::Task<net::Response>(net::Request&, const Session&, net::Params&)>;

  // For anybody: security headers, and the language switch (?lang=de).
  net::Handler open(OpenHandler handler);
  // Signed in with at least this role, or sent to sign in (a script gets 403).
  net::Handler operator_get(OperatorGet handler, store::Role least = store::Role::kViewer);
  // From one of our own pages, signed in with at least this role, with the session's CSRF token.
  net::Handler operator_post(OperatorPost handler, store::Role least = store::Role::kOperator,
                             net::ParamLimits limits = {});

  [[nodiscard]] bool is_from_own_page(const net::Request& request) const;

 private:
  net::Task<net::Response> run_open(net::Request& request, const OpenHandler& handler);
  net::Task<net::Response> run_get(net::Request& request, const OperatorGet& handler,
                                   store::Role least);
  net::Task<net::Response> run_post(net::Request& request, const OperatorPost& handler,
                                    store::Role least, const net::ParamLimits& limits);
  // "Your role does not allow this", and which one would.
  [[nodiscard]] net::Response role_too_small(const net::Request& request, const Session& session,
                                             store::Role least) const;
};

// For the audit log: somebody who is signed in.
audit::Asker operator_asks(const net::Request& request, const OperatorAccess::Session& session);
// For templates: what this session may do.
void put_rights(View& view, const OperatorAccess::Session& session);

// A request of one of our scripts rather than of a person's navigation.
bool is_from_script(const net::Request& request);

// What every answer of the pages carries; nothing that a handler has set is changed.
net::Response secured(net::Response response);

}  // namespace patchbay::web
