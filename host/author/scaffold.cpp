#include "author/scaffold.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "author/template_files.h"
#include "base/fd.h"
#include "manifest/manifest_schema.h"

namespace patchbay::author {
namespace {

namespace fs = std::filesystem;

constexpr ConnectorKind kKinds[] = {
    {"oauth2-client-credentials", "a client id and secret for a token"},
    {"oauth2-authorization-code", "people sign in at the provider; the client is the operator's"},
    {"api-key", "an API key in a header"},
    {"basic", "user and password"},
    {"bearer", "an access token that a person made at the provider"}};

constexpr std::string_view kManifestOnly = "manifest-only";

struct NewFile {
  std::string path;
  std::string content;
  mode_t mode;
};

Error cannot_write(const std::string& what) {
  return make_error(ErrorCode::kStorage,
                    "can't write " + what + ": " + std::generic_category().message(errno));
}

std::vector<NewFile> files_of(const ConnectorName& name, std::string_view kind) {
  std::vector<NewFile> files{
      {"manifest.schema.json", std::string(manifest::manifest_schema_text()), 0644}};
  for (const auto& file : template_files()) {
    if (file.kind != kind && file.kind != "common") continue;
    files.push_back({file.path == "gitignore" ? ".gitignore" : name.put_into(file.path),
                     name.put_into(file.content), file.executable ? mode_t{0755} : mode_t{0644}});
  }
  return files;
}

// The manifest with its `grant`, which stands before the tokens that it leads to.
std::vector<NewFile> files_alone(const ConnectorName& name, std::string_view kind) {
  std::string manifest;
  std::string grant;
  for (const auto& file : template_files()) {
    if (file.kind == kind && file.path == "manifest.json") manifest = file.content;
    if (file.kind == kManifestOnly && file.path == std::string(kind) + ".grant")
      grant = file.content;
  }
  manifest.insert(manifest.find("      \"tokens\":"), grant);
  return {{"manifest.schema.json", std::string(manifest::manifest_schema_text()), 0644},
          {name.id() + ".json", name.put_into(manifest), 0644}};
}

Result<> write(const fs::path& folder, const NewFile& file) {
  const auto path = folder / file.path;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  const Fd out(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file.mode));
  if (!out.valid()) return cannot_write(path);
  std::string_view left = file.content;
  while (!left.empty()) {
    const auto written = ::write(out.get(), left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return cannot_write(path);
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// A folder beside its place, which it takes when it is complete; else it goes away again.
class Draft {
 public:
  static Result<Draft> beside(const fs::path& place) {
    std::string folder = place.string() + ".XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return cannot_write(place);
    return Draft(folder);
  }
  Draft(Draft&& other) noexcept : folder_(std::exchange(other.folder_, fs::path())) {}
  Draft& operator=(Draft&&) = delete;
  ~Draft() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }

  [[nodiscard]] const fs::path& folder() const { return folder_; }

  // Never over anything that is there.
  Result<> becomes(const fs::path& place) {
    if (::chmod(folder_.c_str(), 0755) != 0) return cannot_write(folder_);
    if (::renameat2(AT_FDCWD, folder_.c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE) == 0) {
      folder_.clear();
      return {};
    }
    if (errno == EEXIST || errno == ENOTEMPTY)
      return make_error(ErrorCode::kConflict,
                        place.string() + " is there already. Choose another name or --folder.");
    return cannot_write(place);
  }

 private:
  explicit Draft(fs::path folder) : folder_(std::move(folder)) {}
  fs::path folder_;
};

Result<> check_kind(std::string_view kind) {
  if (std::ranges::find(kKinds, kind, &ConnectorKind::name) == std::end(kKinds))
    return make_error(ErrorCode::kInvalidArgument,
                      "there is no kind " + std::string(kind) + "; see: patchbay new --help");
  return {};
}

Result<std::vector<std::string>> write_all(const std::vector<NewFile>& files,
                                           const std::string& folder) {
  const fs::path place = fs::path(folder + "/.").lexically_normal().parent_path();
  std::error_code error;
  if (fs::exists(fs::symlink_status(place, error)))
    return make_error(ErrorCode::kConflict,
                      place.string() + " is there already. Choose another name or --folder.");
  PATCHBAY_TRY_ASSIGN(auto draft, Draft::beside(place));
  std::vector<std::string> names;
  for (const auto& file : files) {
    PATCHBAY_TRY(write(draft.folder(), file));
    names.push_back(file.path);
  }
  PATCHBAY_TRY(draft.becomes(place));
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::span<const ConnectorKind> connector_kinds() {
  return kKinds;
}

Result<std::vector<std::string>> write_connector(const ConnectorName& name, std::string_view kind,
                                                 const std::string& folder) {
  PATCHBAY_TRY(check_kind(kind));
  return write_all(files_of(name, kind), folder);
}

Result<std::vector<std::string>> write_manifest_alone(const ConnectorName& name,
                                                      std::string_view kind,
                                                      const std::string& folder) {
  PATCHBAY_TRY(check_kind(kind));
  return write_all(files_alone(name, kind), folder);
}

}  // namespace patchbay::author
