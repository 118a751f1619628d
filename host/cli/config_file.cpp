#include "cli/config_file.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string_view>

#include "api/nearest_name.h"
#include "cli/options.h"

namespace patchbay::cli {
namespace {

constexpr std::string_view kFlag = "--config";
constexpr const char* kVariable = "PATCHBAY_CONFIG";
constexpr std::size_t kLongestFile = std::size_t{1} << 20U;
constexpr std::size_t kLineWidth = 96;

Error wrong(const std::string& path, const std::string& what) {
  return make_error(ErrorCode::kConfiguration, path + ": " + what);
}

// Those of an option of `serve` that a file may set.
std::vector<std::string> keys_of(const CLI::App& command) {
  std::vector<std::string> keys;
  for (const auto* option : command.get_options())
    for (const auto& name : option->get_lnames())
      if (name != "help") keys.push_back(name);
  return keys;
}

// Everybody's options; what only `serve` has may mean something else elsewhere.
std::vector<std::string> shared_keys() {
  CLI::App scratch;
  CommonOptions options;
  options.add_to(scratch);
  options.add_project_to(scratch);
  return keys_of(scratch);
}

bool holds(const std::vector<std::string>& keys, const std::string& key) {
  return std::ranges::find(keys, key) != keys.end();
}

Result<std::string> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof())
    return wrong(path, "it can't be read. Check the path and the rights.");
  if (text.size() > kLongestFile) return wrong(path, "it is longer than a configuration can be.");
  return text;
}

Result<std::vector<CLI::ConfigItem>> parse(const std::string& path, const std::string& text) {
  std::istringstream stream(text);
  try {
    return CLI::ConfigTOML().from_config(stream);
  } catch (const CLI::Error& error) {
    return wrong(path, error.what());
  }
}

Error unknown(const std::string& path, const std::string& key,
              const std::vector<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  const auto nearest = api::nearest_name(key, names);
  return wrong(path, "there is no key \"" + key + "\"" +
                         (nearest.empty() ? ". See: patchbay config example"
                                          : "; did you mean \"" + std::string(nearest) + "\"?"));
}

Result<> check_item(const std::string& path, const CLI::ConfigItem& item,
                    const std::vector<std::string>& known) {
  if (!item.parents.empty())
    return wrong(path, "it has the section [" + item.parents.front() +
                           "], and all keys stand outside of sections.");
  if (!holds(known, item.name)) return unknown(path, item.name, known);
  const auto is_password = [](const std::string& value) {
    const auto authority = value.find("://");
    const auto at = value.find('@');
    return authority != std::string::npos && at != std::string::npos &&
           value.substr(authority + 3, at - authority - 3).find(':') != std::string::npos;
  };
  if (item.name == "store" && std::ranges::any_of(item.inputs, is_password))
    return wrong(path,
                 "the password in \"store\" is for others to read. Put the address into a file of "
                 "its own (chmod 600) and name that with \"store-file\".");
  return {};
}

void set_default(CLI::Option& option, const CLI::ConfigItem& item) {
  if (option.get_items_expected_max() <= 1) {
    option.default_val(item.inputs.empty() ? "true" : item.inputs.back());
  } else if (!item.inputs.empty()) {
    option.default_val(item.inputs);
  }
}

Result<> apply_to(CLI::App& command, const std::string& path,
                  const std::vector<CLI::ConfigItem>& items, const std::vector<std::string>& keys) {
  for (const auto& item : items) {
    auto* option = command.get_option_no_throw("--" + item.name);
    if (option == nullptr || !holds(keys, item.name)) continue;
    try {
      set_default(*option, item);
    } catch (const CLI::Error& error) {
      return wrong(path, "\"" + item.name + "\": " + error.what());
    }
  }
  for (auto* below : command.get_subcommands([](CLI::App*) { return true; }))
    PATCHBAY_TRY(apply_to(*below, path, items, keys));
  return {};
}

// "--config FILE" or "--config=FILE" before the command.
std::string named_file(int argc, char** argv) {
  for (int i = 1; i < argc && argv[i][0] == '-'; ++i) {
    const std::string_view argument = argv[i];
    if (argument == kFlag && i + 1 < argc) return argv[i + 1];
    if (argument.starts_with(kFlag) && argument.substr(kFlag.size()).starts_with('='))
      return std::string(argument.substr(kFlag.size() + 1));
  }
  const char* variable = std::getenv(kVariable);
  return variable == nullptr ? "" : variable;
}

// "# " before each line, broken between words.
std::string comment(const std::string& text) {
  std::string out;
  std::string line = "#";
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (line.size() + 1 + word.size() > kLineWidth) {
      out += line + "\n";
      line = "#";
    }
    line += " " + word;
  }
  return out + line + "\n";
}

std::string default_of(const CLI::Option& option) {
  const auto text = option.get_default_str();
  if (option.get_items_expected_max() > 1) return "[]";
  if (option.get_items_expected_max() == 0) return "false";
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? text : "\"" + text + "\"";
}

}  // namespace

void add_config_option(CLI::App& app) {
  // Read by apply_config; here for --help, and so that it is no error.
  app.add_option(std::string(kFlag),
                 "Configuration file; see: patchbay config example (PATCHBAY_CONFIG)")
      ->type_name("FILE");
}

Result<> apply_config_file(CLI::App& app, const std::string& path) {
  PATCHBAY_TRY_ASSIGN(const auto text, read(path));
  PATCHBAY_TRY_ASSIGN(const auto items, parse(path, text));
  auto& serve = *app.get_subcommand("serve");
  auto all = keys_of(serve);
  const auto shared = shared_keys();
  all.insert(all.end(), shared.begin(), shared.end());
  for (const auto& item : items) PATCHBAY_TRY(check_item(path, item, all));
  PATCHBAY_TRY(apply_to(serve, path, items, all));
  auto& signin = *app.get_subcommand("signin");
  PATCHBAY_TRY(apply_to(signin, path, items, {"public-url"}));
  for (auto* command :
       app.get_subcommands([](CLI::App* any) { return any->get_name() == "doctor"; }))
    PATCHBAY_TRY(apply_to(*command, path, items, {"tls-certificate", "tls-key"}));
  return apply_to(app, path, items, shared);
}

Result<> apply_config(CLI::App& app, int argc, char** argv) {
  const auto path = named_file(argc, argv);
  return path.empty() ? Result<>() : apply_config_file(app, path);
}

void let_given_win(CLI::App& app) {
  for (const auto* option : app.get_options()) {
    if (option->count() == 0) continue;
    for (auto* other : option->get_excludes())
      if (other->count() == 0)
        other->default_val(other->get_items_expected_max() == 0 ? "false" : "");
  }
  for (auto* below : app.get_subcommands()) let_given_win(*below);
}

std::map<std::string, std::string> values_of(const CLI::App& command) {
  std::map<std::string, std::string> values;
  for (const auto* option : command.get_options()) {
    if (option->get_lnames().empty()) continue;
    auto& value = values[option->get_lnames().front()];
    if (option->count() == 0) {
      value = option->get_default_str();
      continue;
    }
    for (const auto& given : option->results()) value.append(given).append("\n");
  }
  return values;
}

std::string config_template(CLI::App& app) {
  std::string out =
      "# Patchbay's configuration: the options of `patchbay serve`. Flags and environment "
      "variables "
      "go over it.\n# Check a file with: patchbay config check FILE\n";
  for (const auto* option : app.get_subcommand("serve")->get_options()) {
    if (option->get_lnames().empty() || option->get_lnames().front() == "help") continue;
    out += "\n" + comment(option->get_description()) + "# " + option->get_lnames().front() + " = " +
           default_of(*option) + "\n";
  }
  return out;
}

}  // namespace patchbay::cli
