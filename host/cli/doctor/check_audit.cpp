#include "audit/audit_verify.h"
#include "cli/doctor/checks.h"
#include "upkeep/audit_head_recorder.h"

namespace patchbay::doctor {

void check_audit(const std::string& folder, store::Database& database, const Tell& tell) {
  const auto heads = upkeep::recorded_heads(database);
  if (!heads) return tell({"audit", Verdict::kProblem, heads.error().message});
  const auto report = audit::verify_audit_folder(folder, *heads);
  if (!report)
    return tell({"audit", Verdict::kProblem, report.error().message,
                 "Where the audit log can't be written, no token is handed out."});
  if (!report->is_tampered())
    return tell({"audit", Verdict::kGood,
                 std::to_string(report->lines) + " events in " +
                     std::to_string(report->files.size()) + " files, as they were written"});
  tell({"audit", Verdict::kProblem, "The audit log is not as it was written.",
        "Keep a copy of " + folder + ", then: patchbay audit verify"});
}

}  // namespace patchbay::doctor
