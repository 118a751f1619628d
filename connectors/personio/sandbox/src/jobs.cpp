// GET /v2/jobs and /v2/salary-bands, each with …/{id} (reference, section 4.2): one job for each
// position of a department, one salary band for each job.
#include "areas.h"
#include "company.h"
#include "gateway.h"
#include "named_list.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;

constexpr PageLimits kLimits{.standard = 50, .highest = 100};
constexpr std::int64_t kFirstJob = 41'000;
constexpr std::int64_t kFirstBand = 51'000;
constexpr const char* kBandScope = "personio:salary-bands:read";

struct Job {
  std::int64_t number{0};
  std::string_view family;
  std::string_view title;
  bool leads{false};
};

std::vector<Job> all_jobs() {
  std::vector<Job> list;
  std::int64_t number = 0;
  for (const Department& department : departments()) {
    for (const std::string_view& title : department.positions) {
      list.push_back({.number = number++,
                      .family = department.unit.name,
                      .title = title,
                      .leads = &title == &department.positions.front()});
    }
  }
  return list;
}

/// The bands of a job are shown to those alone who may read bands.
NamedObject job_object(const Job& job, bool with_bands) {
  const std::int64_t id = kFirstJob + job.number;
  json::array bands;
  if (with_bands) bands.emplace_back(std::to_string(kFirstBand + job.number));
  return {.id = id,
          .name = std::string(job.title),
          .body = {{"id", std::to_string(id)},
                   {"name", job.title},
                   {"job_family", job.family},
                   {"level", job.leads ? "M2" : "L3"},
                   {"job_track", job.leads ? "Management" : "Individual Contributor"},
                   {"global_grade", job.leads ? "G7" : "G4"},
                   {"salary_band_ids", std::move(bands)}}};
}

NamedObject band_object(const Job& job) {
  const std::int64_t id = kFirstBand + job.number;
  const std::int64_t minimum = (job.leads ? 80'000 : 42'000) + 500 * job.number;
  return {.id = id,
          .name = std::string(job.title),
          .body = {{"id", std::to_string(id)},
                   {"name", job.title},
                   {"currency", "EUR"},
                   {"interval", "YEARLY"},
                   {"minimum", minimum},
                   {"maximum", minimum + 20'000}}};
}

std::vector<NamedObject> jobs_for(const Call& call) {
  const bool with_bands = call.token.has_scope(kBandScope);
  std::vector<NamedObject> list;
  for (const Job& job : all_jobs()) list.push_back(job_object(job, with_bands));
  return list;
}

std::vector<NamedObject> bands() {
  std::vector<NamedObject> list;
  for (const Job& job : all_jobs()) list.push_back(band_object(job));
  return list;
}

}  // namespace

void add_jobs(sandbox::Router& router, Service& service) {
  const V2Rule jobs_rule = v2_rule("personio:jobs:read");
  const V2Rule bands_rule = v2_rule(kBandScope);
  add_v2(router, service, "GET", "/v2/jobs", jobs_rule,
         [](const Call& call) { return named_list(call, kLimits, jobs_for(call)); });
  add_v2(router, service, "GET", "/v2/jobs/{id}", jobs_rule,
         [](const Call& call) { return named_object(call, jobs_for(call)); });
  add_v2(router, service, "GET", "/v2/salary-bands", bands_rule,
         [](const Call& call) { return named_list(call, kLimits, bands()); });
  add_v2(router, service, "GET", "/v2/salary-bands/{id}", bands_rule,
         [](const Call& call) { return named_object(call, bands()); });
}

}  // namespace patchbay::personio_sandbox
