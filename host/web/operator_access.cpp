#include "web/operator_access.h"

#include <algorithm>

#include "base/hash.h"
#include "base/log.h"
#include "net/cookies.h"
#include "web/request_checks.h"

namespace patchbay::web {
namespace {

namespace sessions = store::operator_sessions_table;
namespace links = store::signin_links_table;

// Of a stored hash, enough to name its row; the whole of it stays here.
constexpr std::size_t kIdDigits = 16;

std::string id_of(std::string_view hash) {
  return std::string(hash.substr(0, kIdDigits));
}

struct NewLink {
  SecretString path;
  store::SigninLink row;
};

NewLink new_link(Random& random, const Person& person, std::int64_t now, const AccessTimes& times) {
  std::string token = random.token();
  NewLink made{SecretString("/signin/"),
               {sha256_hex(token), now, now + times.link_ms, 0, person.role, person.name}};
  made.path.append(token);
  wipe(token.data(), token.size());
  return made;
}

Result<> save_link(store::Database& db, const store::SigninLink& link) {
  PATCHBAY_TRY(links::remove_expired(db, link.created));
  return links::insert(db, link);
}

// A session's idle end is written at most this often.
constexpr std::int64_t kLeastMove = 60'000;

// What a session's cookie says of the project that it chose.
std::string choice_of(std::string_view secret, const std::string& project_id) {
  return project_id + "." + csrf_from("choose " + project_id, secret);
}

std::string chosen_project(const net::Request& request, const OperatorAccess::Session& session) {
  const auto cookie =
      net::cookie_value(request.headers, "__Host-" + std::string(kProjectCookie)).value_or("");
  const auto named =
      std::ranges::find(session.projects, cookie.substr(0, cookie.find('.')), &store::Project::id);
  if (named != session.projects.end() &&
      constant_time_equal(cookie, choice_of(session.secret, named->id)))
    return named->id;
  return session.projects.empty() ? std::string() : session.projects.front().id;
}

struct Found {
  std::optional<store::OperatorSession> row;
  std::vector<store::Project> projects;
};

Result<Found> find_session(store::Database& db, const std::string& hash, std::int64_t now) {
  Found found;
  PATCHBAY_TRY_ASSIGN(found.row, sessions::find(db, hash, now));
  if (found.row) {
    PATCHBAY_TRY_ASSIGN(found.projects, store::projects_table::list(db));
  }
  return found;
}

}  // namespace

Result<SecretString> create_signin_link(store::Store& store, const Clock& clock, Random& random,
                                        const Person& person, const AccessTimes& times) {
  auto made = new_link(random, person, clock.unix_ms(), times);
  PATCHBAY_TRY(
      store.transact_blocking([&](store::Database& db) { return save_link(db, made.row); }));
  return std::move(made.path);
}

std::string actor_of(const Person& person) {
  const std::string role(store::to_string(person.role));
  if (!person.name.empty()) return person.name + " (" + role + ")";
  return person.role == store::Role::kAdmin ? "operator" : role;
}

Task<Result<std::optional<OperatorAccess::Session>>> OperatorAccess::session(
    const net::Request& request) {
  using Answer = std::optional<Session>;
  const auto cookie = net::cookie_value(request.headers, "__Host-" + std::string(kOperatorCookie));
  if (!cookie || !looks_like_token(*cookie)) co_return Answer();
  const std::string hash = sha256_hex(*cookie);
  const std::int64_t now = clock_.unix_ms();
  auto found = co_await store_.read(
      [hash, now](store::Database& db) { return find_session(db, hash, now); });
  if (!found) co_return found.error();
  if (!found->row || !constant_time_equal(found->row->hash, hash)) co_return Answer();
  store::OperatorSession row = *std::move(found->row);
  const std::int64_t expires = std::min(now + times_.idle_ms, row.created + times_.absolute_ms);
  if (expires > row.expires + kLeastMove) {
    row.expires = expires;
    auto moved = co_await store_.transact([row, now](store::Database& db) -> Result<> {
      // Signed out meanwhile: stays so.
      PATCHBAY_TRY_ASSIGN(const auto there, sessions::find(db, row.hash, now));
      if (!there) return {};
      PATCHBAY_TRY(sessions::remove(db, row.hash));
      return sessions::insert(db, row);
    });
    if (!moved) log::warning("web", "session_not_extended", {{"error", moved.error().message}});
  }
  Session session{.id = row.hash,
                  .csrf = {},
                  .person = {row.role, row.person},
                  .project_id = {},
                  .projects = std::move(found->projects),
                  .secret = row.csrf};
  session.project_id = chosen_project(request, session);
  session.csrf = csrf_from("project " + session.project_id, session.secret);
  co_return Answer(std::move(session));
}

std::string OperatorAccess::choose(const Session& session, const std::string& project_id) {
  return net::host_cookie(kProjectCookie, choice_of(session.secret, project_id),
                          net::SameSite::kStrict);
}

Task<Result<OperatorAccess::Link>> OperatorAccess::link(std::string token) {
  if (!looks_like_token(token)) co_return Link{};
  auto found = co_await store_.read(
      [hash = sha256_hex(token)](store::Database& db) { return links::find(db, hash); });
  if (!found) co_return found.error();
  if (!*found) co_return Link{};
  Link link{LinkState::kOpen, {(*found)->role, (*found)->person}};
  if ((*found)->used != 0)
    link.state = LinkState::kUsed;
  else if ((*found)->expires <= clock_.unix_ms())
    link.state = LinkState::kExpired;
  co_return link;
}

Task<Result<std::optional<std::string>>> OperatorAccess::sign_in(std::string token) {
  using SetCookie = std::optional<std::string>;
  if (!looks_like_token(token)) co_return SetCookie();
  std::string secret = random_.token();
  const std::int64_t now = clock_.unix_ms();
  store::OperatorSession session;
  session.hash = sha256_hex(secret);
  session.created = now;
  session.expires = now + std::min(times_.idle_ms, times_.absolute_ms);
  session.csrf = random_.token();
  auto opened = co_await store_.transact(
      [link = sha256_hex(token), session, now](store::Database& db) -> Result<bool> {
        PATCHBAY_TRY_ASSIGN(const auto consumed, links::consume(db, link, now));
        if (!consumed) return false;
        auto opened_as = session;
        opened_as.role = consumed->role;
        opened_as.person = consumed->person;
        PATCHBAY_TRY(sessions::remove_expired(db, now));
        PATCHBAY_TRY(sessions::insert(db, opened_as));
        return true;
      });
  SetCookie cookie;
  if (opened && *opened) {
    cookie = net::host_cookie(kOperatorCookie, secret, net::SameSite::kStrict);
  }
  wipe(secret.data(), secret.size());
  if (!opened) co_return opened.error();
  co_return cookie;
}

Task<Result<>> OperatorAccess::sign_out(std::string session_id) {
  co_return co_await store_.transact(
      [id = std::move(session_id)](store::Database& db) { return sessions::remove(db, id); });
}

Task<Result<SecretString>> OperatorAccess::make_link(Person person) {
  auto made = new_link(random_, person, clock_.unix_ms(), times_);
  const auto saved = co_await store_.transact(
      [row = made.row](store::Database& db) { return save_link(db, row); });
  if (!saved) co_return saved.error();
  co_return std::move(made.path);
}

Task<Result<OperatorAccess::Present>> OperatorAccess::present(std::string own_session_id) {
  const std::int64_t now = clock_.unix_ms();
  co_return co_await store_.read([own = std::move(own_session_id), now,
                                  idle = times_.idle_ms](store::Database& db) -> Result<Present> {
    PATCHBAY_TRY_ASSIGN(auto rows, sessions::list(db, now, Present::kMost + 1));
    PATCHBAY_TRY_ASSIGN(auto open, links::list_open(db, now, Present::kMost + 1));
    Present present;
    present.cut = rows.size() > Present::kMost || open.size() > Present::kMost;
    rows.resize(std::min<std::size_t>(rows.size(), Present::kMost));
    open.resize(std::min<std::size_t>(open.size(), Present::kMost));
    present.signed_in.reserve(rows.size());
    for (auto& row : rows)
      present.signed_in.push_back({.id = id_of(row.hash),
                                   .person = {row.role, std::move(row.person)},
                                   .since = row.created,
                                   .seen = std::max(row.created, row.expires - idle),
                                   .ends = row.expires,
                                   .own = row.hash == own});
    present.links.reserve(open.size());
    for (auto& link : open)
      present.links.push_back({.id = id_of(link.hash),
                               .person = {link.role, std::move(link.person)},
                               .made = link.created,
                               .ends = link.expires});
    return present;
  });
}

Task<Result<OperatorAccess::Ended>> OperatorAccess::end_session(std::string id) {
  const std::int64_t now = clock_.unix_ms();
  co_return co_await store_.transact(
      [id = std::move(id), now](store::Database& db) -> Result<Ended> {
        PATCHBAY_TRY_ASSIGN(auto rows, sessions::list(db, now, Present::kMost));
        for (auto& row : rows) {
          if (id_of(row.hash) != id) continue;
          PATCHBAY_TRY(sessions::remove(db, row.hash));
          return Ended{std::move(row.hash), {row.role, std::move(row.person)}};
        }
        return make_error(ErrorCode::kNotFound, "This session has ended already.");
      });
}

Task<Result<Person>> OperatorAccess::withdraw_link(std::string id) {
  const std::int64_t now = clock_.unix_ms();
  co_return co_await store_.transact(
      [id = std::move(id), now](store::Database& db) -> Result<Person> {
        PATCHBAY_TRY_ASSIGN(auto open, links::list_open(db, now, Present::kMost));
        for (auto& link : open) {
          if (id_of(link.hash) != id) continue;
          PATCHBAY_TRY(links::remove(db, link.hash));
          return Person{link.role, std::move(link.person)};
        }
        return make_error(ErrorCode::kNotFound, "This link was used, or has expired.");
      });
}

}  // namespace patchbay::web
