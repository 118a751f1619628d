#include "cli/import_report.h"

#include <unistd.h>

#include <cmath>
#include <iomanip>
#include <iostream>

#include "base/json.h"
#include "cli/form_prompt.h"

namespace patchbay::cli {

using moving::Did;

namespace {

constexpr auto kOnTerminal = std::chrono::milliseconds(200);
constexpr auto kInLogs = std::chrono::seconds(10);

void write_row(const moving::SourceRow& names, const moving::Outcome& outcome) {
  json::Writer out;
  out.begin_object()
      .member("row", names.number)
      .member("line", names.line)
      .member("id", names.id)
      .member("owner_id", names.owner_id)
      .member("connector", outcome.connector_id)
      .member("outcome", std::string(moving::to_word(outcome.did)))
      .member("account_id", outcome.account_id)
      .member("detail", reason_of(outcome))
      .end_object();
  std::cout << out.take();
}

void print_row(const moving::SourceRow& names, const moving::Outcome& outcome) {
  std::cout << std::left << std::setw(7) << names.number << std::setw(11)
            << moving::to_word(outcome.did) << std::setw(24) << moving::printable(names.id) << " "
            << std::setw(20) << moving::printable(names.owner_id) << " " << std::setw(12)
            << outcome.connector_id << " " << outcome.account_id;
  const auto reason = reason_of(outcome);
  if (!reason.empty() && !outcome.account_id.empty()) std::cout << "  ";
  if (outcome.did == Did::kFailed) std::cout << "line " << names.line << ": ";
  std::cout << moving::printable(reason);
  std::cout << "\n";
}

}  // namespace

std::string reason_of(const moving::Outcome& outcome) {
  std::string text = outcome.detail;
  if (!outcome.connector) return text;
  const auto& manifest = *outcome.connector->manifest;
  if (!outcome.field_problems.empty()) text.clear();
  for (const auto& problem : outcome.field_problems) {
    if (!text.empty()) text += "; ";
    text.append(problem.field).append(": ").append(describe(problem, manifest));
  }
  if (!outcome.message.id.empty()) text = text_of(manifest, outcome.message);
  return text;
}

std::string progress_text(std::int64_t rows, std::int64_t done, std::int64_t all,
                          std::chrono::milliseconds taken) {
  std::string text = std::to_string(rows) + (rows == 1 ? " row" : " rows");
  if (taken.count() <= 0 || done <= 0) return text;
  const double per_s = static_cast<double>(rows) * 1000.0 / static_cast<double>(taken.count());
  text += ", " + std::to_string(std::llround(per_s)) + " a second";
  if (all <= done) return text;
  const auto left =
      static_cast<std::int64_t>(static_cast<double>(taken.count()) / 1000.0 *
                                static_cast<double>(all - done) / static_cast<double>(done));
  const auto seconds = std::to_string(left % 60);
  return text + ", " + std::to_string(left / 60) + (seconds.size() < 2 ? ":0" : ":") + seconds +
         " left";
}

ImportReport::ImportReport(bool as_json, std::int64_t file_size)
    : as_json_(as_json), on_terminal_(::isatty(STDERR_FILENO) == 1), file_size_(file_size) {
  if (as_json_) std::cout << "{\"rows\":[";
}

void ImportReport::add(const moving::SourceRow& names, const moving::Outcome& outcome,
                       std::int64_t read) {
  ++counts_[static_cast<std::size_t>(outcome.did)];
  if (on_terminal_) std::cerr << "\r\x1b[K" << std::flush;
  if (as_json_) {
    if (rows_ > 0) std::cout << ",\n";
    write_row(names, outcome);
  } else {
    print_row(names, outcome);
  }
  std::cout << std::flush;
  ++rows_;
  show_progress(read);
}

void ImportReport::show_progress(std::int64_t read) {
  const auto now = Clock::now();
  if (now - shown_ < (on_terminal_ ? Clock::duration(kOnTerminal) : Clock::duration(kInLogs)))
    return;
  shown_ = now;
  std::cerr << progress_text(rows_, read, file_size_,
                             std::chrono::duration_cast<std::chrono::milliseconds>(now - begun_))
            << (on_terminal_ ? "" : "\n") << std::flush;
}

void ImportReport::finish(const Error* broken, bool stopped) {
  if (on_terminal_) std::cerr << "\r\x1b[K" << std::flush;
  std::string text;
  json::Writer out;
  out.begin_object();
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const std::string word(moving::to_word(static_cast<Did>(i)));
    out.member(word, counts_[i]);
    if (counts_[i] == 0) continue;
    if (!text.empty()) text += ", ";
    text.append(std::to_string(counts_[i])).append(" ").append(word);
  }
  if (as_json_) {
    std::cout << "],\"summary\":" << out.end_object().take()
              << ",\"complete\":" << (broken != nullptr || stopped ? "false" : "true") << "}\n";
  }
  std::cerr << (text.empty() ? "The file holds no account" : text) << ".\n";
  if (stopped) std::cerr << "Stopped; run it again for the rest.\n";
  if (broken != nullptr)
    std::cerr << "patchbay: stopped after row " << rows_ << ": " << broken->message
              << "\nMend that and run it again; what is done is not done twice.\n";
}

}  // namespace patchbay::cli
