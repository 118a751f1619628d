#include "person_changes.h"

#include "patchbay/sandbox/text.h"

namespace patchbay::personio_sandbox {

void PersonChanges::write(Person person) {
  std::erase_if(emails_, [&](const auto& entry) { return entry.second == person.index; });
  emails_[sandbox::lower_case(person.email)] = person.index;
  written_.insert_or_assign(person.index, std::move(person));
}

void PersonChanges::remove(std::int64_t index) {
  std::erase_if(emails_, [&](const auto& entry) { return entry.second == index; });
  written_.erase(index);
  removed_.insert(index);
}

void PersonChanges::add(Person person) {
  ++created_;
  write(std::move(person));
}

const Person* PersonChanges::find(std::int64_t index) const {
  const auto found = written_.find(index);
  return found == written_.end() ? nullptr : &found->second;
}

std::optional<std::int64_t> PersonChanges::index_of_email(std::string_view email) const {
  const auto found = emails_.find(sandbox::lower_case(email));
  if (found == emails_.end()) return std::nullopt;
  return found->second;
}

}  // namespace patchbay::personio_sandbox
