#pragma once
// The folder with the audit files of one hub. Its `instance` file holds an id, made with the
// folder: file names begin with it, and where several hubs share one database it tells whose heads
// are whose.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace patchbay::audit {

// Makes the folder (mode 0700) and the id when they are not there: `id` again, or a new one when
// that is empty. Several processes may do so at once; all get the same. kStorage.
Result<std::string> open_audit_folder(const std::string& folder, std::string id = {});

// The id; empty when the folder or the id is not there.
std::string audit_instance(const std::string& folder);

// "audit-<instance>-<start, unix ms>-<pid>-<loop>-<n>.jsonl"
std::string audit_file_name(std::string_view instance, std::int64_t started_ms, int pid,
                            std::size_t loop, int n);
// Empty when it is no audit file's name.
std::string_view instance_of_file(std::string_view file_name);

// The names of the audit files, oldest process first. kStorage when the folder can't be read.
Result<std::vector<std::string>> audit_files(const std::string& folder);

// Hands over every line of a file, in constant memory: without its line break, and whether it had
// one (only the last may not). Stops when `each` returns false. A line of more than kMaxAuditLine
// comes in pieces that are no audit lines. kStorage.
Result<> read_audit_lines(const std::string& path,
                          const std::function<bool(std::string_view line, bool whole)>& each);

}  // namespace patchbay::audit
