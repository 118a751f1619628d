#include "conformance/outcome.h"

#include <algorithm>

#include "conformance/trial_input.h"
#include "manifest/text_rules.h"

namespace patchbay::conformance {
namespace {

// Whether hosts count on it. Of an action, the tool's arguments may rightly be refused.
bool is_due(const Trial& trial) {
  const auto& method = *trial.method;
  switch (trial.begin) {
    case Begin::kConnect:
      return true;
    case Begin::kRefresh:
      return method.renewal != manifest::Renewal::kNever;
    case Begin::kRevoke:
      return std::ranges::any_of(method.tokens, &manifest::Token::revocable);
    case Begin::kInvoke:
      break;
  }
  return false;
}

// Refused as soon as it begins, and not for a value whose pattern says already what can be said.
bool refuses_unseen(const Outcome& outcome) {
  for (const auto* trace : {&outcome.agreed, &outcome.required_only}) {
    if (trace->steps != 1 || !trace->has_failed()) return false;
    const auto* field = outcome.trial.method->find_field(trace->refused_field);
    if (field != nullptr && !field->pattern.empty()) return false;
  }
  return true;
}

std::string flow_of(const Trial& trial) {
  std::string name(to_string(trial.begin));
  if (trial.action != nullptr) name += " " + trial.action->id;
  return name + " " + trial.method->id;
}

}  // namespace

void judge(const Outcome& outcome, Findings& findings) {
  const Trial& trial = outcome.trial;
  if (!is_due(trial) || outcome.endings.contains(Trace::kDone) || !outcome.agreed.has_failed())
    return;
  const auto* unknown = field_without_sample(*trial.method);
  if (unknown != nullptr) {
    findings.remark(flow_of(trial) + " never came to DONE: nothing was found that the pattern of " +
                    manifest::in_quotes(unknown->id) +
                    " lets through, so most of it was not tried. A simpler pattern helps.");
  } else if (!outcome.keeps_more && refuses_unseen(outcome)) {
    findings.add("ABI-077", trial.name(),
                 "FAIL answers START: values that the manifest allows are refused before anybody "
                 "was asked. Ask the provider, or say in the field's pattern what is refused.");
  } else if (!outcome.keeps_more && outcome.agreed.steps > 1 && outcome.endings.size() == 1) {
    findings.add("ABI-077", trial.name(),
                 "Whatever the provider answers, from yes to nothing at all, the flow ends with "
                 "the same FAIL. Read the answer.");
  } else {
    findings.remark(flow_of(trial) +
                    " never came to DONE: the tool's providers may not speak as yours does. Try "
                    "what lies behind in tests of your own.");
  }
}

}  // namespace patchbay::conformance
