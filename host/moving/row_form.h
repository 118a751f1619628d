#pragma once
// What of a row goes into a connector's form, and what tells where its account lives. Values; the
// connector's manifest outlives the calls.
#include <string>
#include <vector>

#include "connector/flow_types.h"
#include "manifest/manifest.h"
#include "moving/source_row.h"

namespace patchbay::moving {

struct Renaming {
  std::string connector;  // empty: all
  std::string from;
  std::string to;
};

// Gives the fields the names that the form has for them: as the renamings say, by name, or by what
// they are (FieldRole), where the form has one place for that. Fields that are named and that the
// form does not have are in it, too, for the form check to refuse.
std::vector<connector::NamedSecret> form_of(std::vector<SourceField>& fields,
                                            const manifest::AuthMethod& method,
                                            const std::string& connector_id,
                                            const std::vector<Renaming>& renamings);

// Where the account lives, if the manifest has hosts that a provider tells.
std::vector<connector::NamedValue> told_facts(const manifest::Manifest& manifest,
                                              const std::vector<SourceField>& fields);

}  // namespace patchbay::moving
