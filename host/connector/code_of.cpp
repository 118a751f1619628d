#include "connector/code_of.h"

#include <unistd.h>

#include <filesystem>

#include "connector/manifest_alone.h"

namespace patchbay::connector {

Result<Code> code_of(const ConnectorFile& file, const std::string& worker_program) {
  if (!is_manifest_alone(file.path))
    return Code{Fd(::dup(file.bytes.get())), file.path, {}, file.manifest_json};
  const auto folder = std::filesystem::path(worker_program).parent_path();
  const auto path = (folder / kDeclarativeLibrary).string();
  const auto unusable = [](const Error& error) {
    return make_error(
        ErrorCode::kConfiguration,
        "the hub's own library for manifests without code can't be used: " + error.message);
  };
  if (const auto safe = check_folder(folder.string()); !safe) return unusable(safe.error());
  auto library = read_connector_file(path);
  if (!library) return unusable(library.error());
  return Code{std::move(library->bytes), path, file.manifest_json,
              std::move(library->manifest_json)};
}

}  // namespace patchbay::connector
