#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "people.h"

namespace patchbay::personio_sandbox {

struct Project {
  std::string id;
  std::string name;
  std::string status{"ACTIVE"};  ///< ACTIVE, ARCHIVED
  std::string description;
  std::string project_code;
  std::string project_type;
  std::string client_name;
  bool billable{false};
  std::optional<std::string> cost_center_id;
  std::optional<std::string> parent_id;  ///< of a sub-project
  bool assigned_to_all{true};
  std::optional<std::string> start_day;  ///< `2026-01-31`
  std::optional<std::string> end_day;
  std::set<std::string> members;  ///< ids of persons, when it is not assigned to all
  std::int64_t created_ms{0};
  std::int64_t updated_ms{0};
};

/// Three projects, one of them archived, one with two sub-projects.
std::vector<Project> made_up_projects(const People& people);

const Project* find_project(const std::vector<Project>& projects, std::string_view id);

}  // namespace patchbay::personio_sandbox
