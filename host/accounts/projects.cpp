#include "accounts/projects.h"

#include <algorithm>

#include "base/encoding.h"
#include "store/row_helpers.h"

namespace patchbay::accounts {
namespace {

namespace table = store::projects_table;
using store::Project;

constexpr std::string_view kIdPrefix = "prj_";
constexpr std::size_t kMostNamed = 20;  // in an error

Error wrong(std::string text) {
  return make_error(ErrorCode::kInvalidArgument, std::move(text), "name");
}

bool is_printable(std::string_view name) {
  return is_valid_utf8(name) && std::ranges::none_of(name, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

Result<> check_name(std::string_view name) {
  if (name.empty() || name.size() > Projects::kLongestName || !is_printable(name))
    return wrong("A project's name must be text of 1 to 100 bytes, on one line.");
  if (name.front() == ' ' || name.back() == ' ')
    return wrong("A project's name must not begin or end with a space.");
  if (name.starts_with(kIdPrefix))
    return wrong("A project's name must not begin with prj_, as the ids of projects do.");
  return {};
}

// `id`: of the project that is to have it.
Result<> check_free(const std::vector<Project>& all, std::string_view name, std::string_view id) {
  const auto has_it = [&](const Project& one) { return one.name == name && one.id != id; };
  if (std::ranges::none_of(all, has_it)) return {};
  return make_error(ErrorCode::kConflict, "There is a project of that name already.", "name");
}

Result<> check_there(const std::vector<Project>& all, std::string_view id) {
  if (std::ranges::find(all, id, &Project::id) != all.end()) return {};
  return make_error(ErrorCode::kNotFound, "There is no such project.");
}

}  // namespace

Task<Result<std::vector<Project>>> Projects::list() {
  co_return co_await services_.store.read(table::list);
}

Task<Result<Project>> Projects::create(std::string name, audit::Asker who) {
  PATCHBAY_CO_TRY(check_name(name));
  PATCHBAY_CO_TRY_ASSIGN(const auto before, co_await list());
  PATCHBAY_CO_TRY(check_free(before, name, {}));
  const Project fresh{services_.random.id(kIdPrefix), std::move(name), services_.clock.unix_ms()};
  PATCHBAY_CO_TRY(services_.audit.append(audit::asked_by(
      who, {.kind = "project.created", .project_id = fresh.id, .subject = fresh.name})));
  co_return co_await services_.store.transact([fresh](store::Database& db) -> Result<Project> {
    PATCHBAY_TRY_ASSIGN(const auto all, table::list(db));
    PATCHBAY_TRY(check_free(all, fresh.name, fresh.id));
    if (all.size() >= kMost)
      return make_error(ErrorCode::kConflict, "There are 500 projects already.");
    PATCHBAY_TRY(table::insert(db, fresh));
    return fresh;
  });
}

Task<Result<Project>> Projects::rename(std::string id, std::string name, audit::Asker who) {
  PATCHBAY_CO_TRY(check_name(name));
  PATCHBAY_CO_TRY_ASSIGN(const auto before, co_await list());
  PATCHBAY_CO_TRY(check_there(before, id));
  PATCHBAY_CO_TRY(check_free(before, name, id));
  PATCHBAY_CO_TRY(services_.audit.append(
      audit::asked_by(who, {.kind = "project.renamed", .project_id = id, .subject = name})));
  co_return co_await services_.store.transact([id, name](store::Database& db) -> Result<Project> {
    PATCHBAY_TRY_ASSIGN(const auto all, table::list(db));
    PATCHBAY_TRY(check_free(all, name, id));
    PATCHBAY_TRY(table::rename(db, id, name));
    return store::required(table::find(db, id), "project");
  });
}

Result<Project> choose_project(const std::vector<Project>& all, std::string_view wanted) {
  if (all.empty())
    return make_error(ErrorCode::kNotFound,
                      "there is no project yet; the hub makes one when it first starts");
  if (wanted.empty()) return all.front();
  if (const auto found = std::ranges::find(all, wanted, &Project::id); found != all.end())
    return *found;
  if (const auto found = std::ranges::find(all, wanted, &Project::name); found != all.end())
    return *found;
  std::string names;
  for (std::size_t i = 0; i < all.size() && i < kMostNamed; ++i)
    names.append(i == 0 ? "" : ", ").append(all[i].name).append(" (").append(all[i].id).append(")");
  if (all.size() > kMostNamed)
    names.append(", and ").append(std::to_string(all.size() - kMostNamed)).append(" more");
  return make_error(ErrorCode::kNotFound, "there is no project " + std::string(wanted) +
                                              "; there are: " + names +
                                              ". See: patchbay projects list");
}

}  // namespace patchbay::accounts
