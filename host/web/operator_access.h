#pragma once
// How people get in: a one-time link from the command line opens a browser session, with the role
// that the link was made for. Links and sessions are 256-bit random and stored as SHA-256, so
// neither can be read out of the database.
//
// A session ends after `idle_ms` without a request, and after `absolute_ms` in any case. It sees
// one project at a time: the one that it chose, as a cookie says that counts for this session
// alone, else the oldest. Any loop.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/secret.h"
#include "net/asio.h"
#include "net/http_types.h"
#include "store/operator_access_table.h"
#include "store/projects_table.h"
#include "store/store.h"

namespace patchbay::web {

using net::Task;

inline constexpr std::string_view kOperatorCookie = "patchbay";
inline constexpr std::string_view kProjectCookie = "patchbay-project";
inline constexpr std::string_view kSigninCookie = "patchbay-signin";

struct AccessTimes {
  std::int64_t link_ms = 15LL * 60 * 1000;
  std::int64_t idle_ms = 2LL * 3600 * 1000;
  std::int64_t absolute_ms = 12LL * 3600 * 1000;
};

// Who a link is for.
struct Person {
  store::Role role = store::Role::kAdmin;
  std::string name;  // for the audit log; may be empty
};

// Path of a fresh one-time link, "/signin/<token>"; to be printed for that person alone. Blocks on
// the store: for the command line and start-up, never on a loop.
Result<SecretString> create_signin_link(store::Store& store, const Clock& clock, Random& random,
                                        const Person& person = {}, const AccessTimes& times = {});
// For the audit log: "operator", or "Ada (viewer)".
std::string actor_of(const Person& person);

class OperatorAccess {
 public:
  OperatorAccess(store::Store& store, const Clock& clock, Random& random, AccessTimes times = {})
      : store_(store), clock_(clock), random_(random), times_(times) {}

  struct Session {
    std::string id;  // SHA-256 of the cookie, hex
    // For every POST of this session while it sees this project: a form of another one is stale.
    std::string csrf;
    Person person;
    std::string project_id;
    std::vector<store::Project> projects;  // to choose from, oldest first
    std::string secret;                    // what `csrf` and the choice of a project hang on

    [[nodiscard]] bool may(store::Role least) const { return person.role >= least; }
  };

  // Of the request's cookie; nothing when there is none, or it is wrong or out of time. Using a
  // session puts its idle end off.
  Task<Result<std::optional<Session>>> session(const net::Request& request);
  // A Set-Cookie value: from then on the session sees this project.
  [[nodiscard]] static std::string choose(const Session& session, const std::string& project_id);

  enum class LinkState : std::uint8_t { kOpen, kUsed, kExpired, kUnknown };
  struct Link {
    LinkState state = LinkState::kUnknown;
    Person person;
  };
  // Consumes nothing.
  Task<Result<Link>> link(std::string token);

  // Consumes the link and opens a session; its Set-Cookie value, or nothing when the link was used
  // or has expired.
  Task<Result<std::optional<std::string>>> sign_in(std::string token);
  Task<Result<>> sign_out(std::string session_id);

  // As create_signin_link.
  Task<Result<SecretString>> make_link(Person person);

  // Who is signed in, and who has a link that still opens a session.
  struct Present {
    static constexpr std::int64_t kMost = 200;  // of each; `cut` says that there are more
    struct SignedIn {
      std::string id;  // for end_session(); opens nothing
      Person person;
      std::int64_t since = 0;  // unix ms, and so on
      // The last request, to the minute; in the last hours of a session, the earliest it may have
      // been.
      std::int64_t seen = 0;
      std::int64_t ends = 0;  // without another request
      bool own = false;       // the session that asks
    };
    struct OpenLink {
      std::string id;  // for withdraw_link(); opens nothing
      Person person;
      std::int64_t made = 0;
      std::int64_t ends = 0;
    };
    std::vector<SignedIn> signed_in;  // by name
    std::vector<OpenLink> links;      // newest first
    bool cut = false;
  };
  Task<Result<Present>> present(std::string own_session_id);

  // Whose it was; kNotFound when it has ended already. Its next request has to sign in.
  struct Ended {
    std::string session_id;
    Person person;
  };
  Task<Result<Ended>> end_session(std::string id);
  // Whom it was for; kNotFound when it was used or has expired.
  Task<Result<Person>> withdraw_link(std::string id);

 private:
  store::Store& store_;
  const Clock& clock_;
  Random& random_;
  AccessTimes times_;
};

}  // namespace patchbay::web
