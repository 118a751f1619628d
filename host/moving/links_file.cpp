#include "moving/links_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

#include "base/secret.h"

namespace patchbay::moving {
namespace {

constexpr std::string_view kFormulaStarts = "=+-@\t\r";
constexpr std::string_view kNeedsQuotes = "\",;\r\n\t";

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string cell;
  if (!text.empty() && kFormulaStarts.find(text.front()) != std::string_view::npos) cell = "'";
  cell += text;
  if (cell.find_first_of(kNeedsQuotes) == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

Result<LinksFile> LinksFile::create(const std::string& path) {
  Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid() && errno == EEXIST)
    return make_error(ErrorCode::kConflict, path + " is there already; name another file");
  if (!file.valid())
    return make_error(ErrorCode::kStorage,
                      "can't write " + path + ": " + std::generic_category().message(errno));
  LinksFile links(std::move(file), path);
  PATCHBAY_TRY(links.add({"id", "owner_id", "owner_name", "connector", "expires", "link"}));
  return links;
}

Result<> LinksFile::add(const std::vector<std::string_view>& cells) {
  std::string line;
  for (const auto cell : cells) {
    if (!line.empty()) line += ',';
    line += csv_cell(cell);
  }
  line += "\r\n";
  const auto secret = SecretString::take(line);
  auto left = secret.reveal();
  while (!left.empty()) {
    const auto written = ::write(file_.get(), left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      return make_error(ErrorCode::kStorage,
                        "can't write " + path_ + ": " + std::generic_category().message(errno));
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace patchbay::moving
