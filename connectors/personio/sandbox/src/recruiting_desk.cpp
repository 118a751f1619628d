#include "recruiting_desk.h"

#include <algorithm>

#include "patchbay/sandbox/error.h"
#include "patchbay/sandbox/json.h"
#include "patchbay/sandbox/text.h"
#include "tokens.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;

constexpr const char* kFile = "recruiting-access.json";
constexpr const char* kCompanyId = "20417";
constexpr std::int64_t kFirstPosted = 10'100'000;  // above every computed id

RecruitingAccess read_or_make(const sandbox::StateFolder& folder) {
  const auto text = folder.read(kFile);
  if (!text) {
    RecruitingAccess made{.company_id = kCompanyId, .key = new_secret()};
    folder.write(kFile,
                 json::serialize(json::object{{"company_id", made.company_id}, {"key", made.key}}));
    return made;
  }
  const auto object = sandbox::parse_json_object(*text);
  const auto company = object ? sandbox::string_member(*object, "company_id") : std::nullopt;
  const auto key = object ? sandbox::string_member(*object, "key") : std::nullopt;
  if (!company || !key) {
    throw sandbox::SandboxError(std::string(kFile) + " in " + folder.path().string() +
                                " is damaged; delete it to start afresh");
  }
  return {.company_id = *company, .key = *key};
}

}  // namespace

RecruitingDesk::RecruitingDesk(const sandbox::StateFolder& folder)
    : access_(read_or_make(folder)) {}

std::string RecruitingDesk::add_file() {
  if (files_.size() >= kMost) return {};
  return *files_.insert(sandbox::random_uuid()).first;
}

bool RecruitingDesk::has_applied(std::string_view email, std::size_t position) const {
  return std::ranges::any_of(applicants_, [&](const Applicant& applicant) {
    return applicant.position == position &&
           sandbox::lower_case(applicant.person.email) == sandbox::lower_case(email);
  });
}

bool RecruitingDesk::add(Applicant applicant) {
  if (applicants_.size() >= kMost) return false;
  applicant.candidate_id = applicant.application_id =
      kFirstPosted + static_cast<std::int64_t>(applicants_.size());
  applicants_.push_back(std::move(applicant));
  return true;
}

void RecruitingDesk::clear() {
  files_.clear();
  applicants_.clear();
}

}  // namespace patchbay::personio_sandbox
