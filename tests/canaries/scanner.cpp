#include "canaries/scanner.h"

#include <re2/re2.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "canaries/process_memory.h"

namespace patchbay::canaries {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunk = std::size_t{4} << 20U;
constexpr std::size_t kShortestSecret = 16;
constexpr std::size_t kShownAround = 48;

std::string printable(std::string_view bytes) {
  std::string out(bytes);
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '.');
  return out;
}

std::string around(std::string_view bytes, std::size_t at, std::size_t size) {
  const auto from = at - std::min(at, kShownAround);
  return printable(bytes.substr(from, at - from + size + kShownAround));
}

void append(Findings& all, Findings more) {
  std::ranges::move(more, std::back_inserter(all));
}

}  // namespace

std::string Finding::to_string() const {
  return canary + " (" + std::string(canaries::to_string(encoding)) + ") in " + where + " at " +
         std::to_string(offset) + ": " + around;
}

std::string to_string(const Findings& findings) {
  std::string out;
  for (const auto& finding : findings) out += finding.to_string() + "\n";
  return out;
}

Scanner::Scanner(const std::vector<Canary>& canaries) {
  for (const auto& canary : canaries) add_needles(canary);
  std::ranges::sort(needles_, std::greater{},
                    [](const Needle& needle) { return needle.bytes.size(); });
  std::string pattern;
  for (const auto& needle : needles_)
    pattern += (pattern.empty() ? "" : "|") + re2::RE2::QuoteMeta(needle.bytes);
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_max_mem(256 << 20);
  any_ = std::make_unique<re2::RE2>(pattern, options);
  if (needles_.empty() || !any_->ok()) throw std::runtime_error("canaries: " + any_->error());
}

Scanner::~Scanner() = default;

void Scanner::add_needles(const Canary& canary) {
  if (canary.secret.size() < kShortestSecret)
    throw std::runtime_error(canary.name + " is too short for a canary");
  for (const auto encoding : kEncodings) {
    for (auto& bytes : shapes(canary.secret, encoding)) {
      const bool known = std::ranges::any_of(
          needles_, [&](const Needle& needle) { return needle.bytes == bytes; });
      if (!known) needles_.push_back({canary.name, encoding, std::move(bytes)});
    }
  }
}

const Scanner::Needle& Scanner::needle_at(std::string_view bytes) const {
  return *std::ranges::find_if(
      needles_, [&](const Needle& needle) { return bytes.starts_with(needle.bytes); });
}

void Scanner::add(Findings& findings, std::string_view bytes, std::size_t base, std::size_t end,
                  const std::string& where) const {
  scanned_ += std::min(end, bytes.size());
  const re2::StringPiece text(bytes.data(), bytes.size());
  re2::StringPiece match;
  for (std::size_t from = 0;
       any_->Match(text, from, text.size(), re2::RE2::UNANCHORED, &match, 1);) {
    const auto at = static_cast<std::size_t>(match.data() - bytes.data());
    if (at >= end) return;
    const auto& needle = needle_at(bytes.substr(at));
    findings.push_back(
        {needle.canary, needle.encoding, where, base + at, around(bytes, at, needle.bytes.size())});
    from = at + 1;
  }
}

Findings Scanner::scan(std::string_view bytes, const std::string& where) const {
  Findings findings;
  add(findings, bytes, 0, bytes.size(), where);
  return findings;
}

Findings Scanner::scan_file(const fs::path& path) const {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path.string());
  return scan(std::string{std::istreambuf_iterator<char>(file), {}}, path);
}

Findings Scanner::scan_folder(const fs::path& folder) const {
  Findings findings;
  for (const auto& item : fs::recursive_directory_iterator(folder))
    if (item.is_regular_file() && !item.is_symlink()) append(findings, scan_file(item.path()));
  return findings;
}

Findings Scanner::scan_memory(pid_t process) const {
  const ProcessMemory memory(process);
  const auto overlap = needles_.front().bytes.size() - 1;
  Findings findings;
  for (const auto& mapping : memory.mappings()) {
    for (auto at = mapping.begin; at < mapping.end; at += kChunk) {
      const auto size = std::min<std::size_t>(kChunk + overlap, mapping.end - at);
      add(findings, memory.read(at, size), at, kChunk, mapping.line);
    }
  }
  return findings;
}

}  // namespace patchbay::canaries
