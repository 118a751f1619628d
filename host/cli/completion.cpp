#include "cli/completion.h"

#include <functional>

namespace patchbay::cli {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text)
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  return out + "'";
}

// fish escapes within single quotes.
std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string out;
  for (const auto& word : words) out.append(out.empty() ? "" : between).append(word);
  return out;
}

std::vector<std::string> names_below(const OutlinedCommand& command) {
  std::vector<std::string> names;
  names.reserve(command.commands.size());
  for (const auto& below : command.commands) names.push_back(below.name);
  return names;
}

// "'patchbay accounts'|'patchbay serve'" of every command but the program itself.
std::string command_paths(const OutlinedCommand& program, const char* between) {
  std::vector<std::string> paths;
  for (const auto* command : all_commands(program))
    if (command != &program) paths.push_back(quoted(command->path));
  return joined(paths, between);
}

// "'patchbay serve --data'" of every option that takes a value which `wanted` wants.
std::vector<std::string> options_with_value(
    const OutlinedCommand& program, const std::function<bool(const OutlinedOption&)>& wanted) {
  std::vector<std::string> out;
  for (const auto* command : all_commands(program))
    for (const auto& option : command->options) {
      if (option.positional || option.value == ValueKind::kNone || !wanted(option)) continue;
      for (const auto& name : option.names) out.push_back(quoted(command->path + " " + name));
    }
  return out;
}

std::vector<std::string> options_of_kind(const OutlinedCommand& program, ValueKind kind) {
  return options_with_value(program, [kind](const auto& option) { return option.value == kind; });
}

// The kind of a command's arguments: files, when one of them is.
ValueKind argument_kind(const OutlinedCommand& command) {
  for (const auto& option : command.options)
    if (option.positional && option.value != ValueKind::kText) return option.value;
  return ValueKind::kNone;
}

std::vector<std::string> argument_choices(const OutlinedCommand& command) {
  for (const auto& option : command.options)
    if (option.positional && option.value == ValueKind::kFixed) return option.choices;
  return {};
}

std::string one_case(const std::vector<std::string>& patterns, const std::string& body) {
  return patterns.empty() ? "" : "    " + joined(patterns, "|") + ") " + body + " ;;\n";
}

// What bash and zsh share: `at` is the command so far, `before` the option whose value is typed;
// sets `values`, or `kind` to file, folder or text.
std::string value_cases(const OutlinedCommand& program) {
  std::string out = "  case \"$at $before\" in\n";
  for (const auto* command : all_commands(program))
    for (const auto& option : command->options) {
      if (option.positional || option.value != ValueKind::kFixed) continue;
      std::vector<std::string> patterns;
      patterns.reserve(option.names.size());
      for (const auto& name : option.names) patterns.push_back(quoted(command->path + " " + name));
      out += one_case(patterns, "kind=fixed; values=(" + joined(option.choices, " ") + ")");
    }
  out += one_case(options_of_kind(program, ValueKind::kFile), "kind=file");
  out += one_case(options_of_kind(program, ValueKind::kFolder), "kind=folder");
  out += one_case(options_of_kind(program, ValueKind::kText), "kind=text");
  return out + "  esac\n";
}

// The walk over the words before the one that is typed; `loop` names them one by one as $word.
std::string walk(const OutlinedCommand& program, const std::string& loop) {
  const auto takes_value = options_with_value(program, [](const auto&) { return true; });
  return "  for " + loop +
         "; do\n"
         "    if [[ $word == '=' ]]; then continue; fi\n"
         "    if [[ -n $skip ]]; then skip=; continue; fi\n"
         "    case \"$at $word\" in\n"
         "      " +
         command_paths(program, "|") + ") at=\"$at $word\" ;;\n      " + joined(takes_value, "|") +
         ") skip=yes ;;\n    esac\n  done\n";
}

std::string described(const std::string& name, const std::string& description) {
  return quoted(name + ":" + summary(description));
}

}  // namespace

std::string bash_completion(const OutlinedCommand& program) {
  std::string out =
      "# bash completion of patchbay; made by: patchbay completion bash\n"
      "_patchbay() {\n"
      "  local at=patchbay skip= kind= word cur=${COMP_WORDS[COMP_CWORD]} before=\n"
      "  local -a values=() words=()\n"
      "  COMPREPLY=()\n"
      "  before=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  if [[ $cur == '=' ]]; then cur=; fi\n"
      "  if [[ $before == '=' ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n" +
      walk(program, "word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"") + value_cases(program) +
      "  if [[ -z $kind ]]; then\n"
      "    case \"$at\" in\n";
  for (const auto* command : all_commands(program)) {
    std::vector<std::string> options;
    for (const auto& option : command->options)
      if (!option.positional)
        options.insert(options.end(), option.names.begin(), option.names.end());
    out += "      " + quoted(command->path) + ") words=(" + joined(options, " ") + "); values=(" +
           joined(names_below(*command), " ") + joined(argument_choices(*command), " ") + ")";
    if (argument_kind(*command) == ValueKind::kFile) out += "; kind=file";
    out += " ;;\n";
  }
  return out +
         "    esac\n"
         "    if [[ $cur == -* ]]; then values=(\"${words[@]}\"); kind=; fi\n"
         "  fi\n"
         "  case \"$kind\" in\n"
         "    file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "
         "\"$cur\") ;;\n"
         "    folder) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "
         "\"$cur\") ;;\n"
         "    text) ;;\n"
         "    *) mapfile -t COMPREPLY < <(compgen -W \"${values[*]}\" -- \"$cur\") ;;\n"
         "  esac\n"
         "}\n"
         "complete -F _patchbay patchbay\n";
}

std::string zsh_completion(const OutlinedCommand& program) {
  std::string out =
      "#compdef patchbay\n"
      "# zsh completion of patchbay; made by: patchbay completion zsh\n"
      "_patchbay() {\n"
      "  local at=patchbay skip= kind= word before=${words[CURRENT-1]}\n"
      "  local -a values commands options\n"
      "  if [[ $PREFIX == --*=* ]]; then before=${PREFIX%%=*}; compset -P '*='; fi\n" +
      walk(program, "word in \"${(@)words[2,CURRENT-1]}\"") + value_cases(program) +
      "  case $kind in\n"
      "    fixed) compadd -a values; return ;;\n"
      "    file) _files; return ;;\n"
      "    folder) _files -/; return ;;\n"
      "    text) return 1 ;;\n"
      "  esac\n"
      "  case $at in\n";
  for (const auto* command : all_commands(program)) {
    std::string commands;
    std::string options;
    for (const auto& below : command->commands)
      commands.append(" ").append(described(below.name, below.description));
    for (const auto& option : command->options)
      if (!option.positional)
        for (const auto& name : option.names)
          options.append(" ").append(described(name, option.description));
    out.append("    ").append(quoted(command->path)).append(")\n      commands=(").append(commands);
    out.append(" )\n      options=(").append(options).append(" )\n      values=(");
    out.append(joined(argument_choices(*command), " ")).append(")");
    if (argument_kind(*command) == ValueKind::kFile) out += "; kind=file";
    out += " ;;\n";
  }
  return out +
         "  esac\n"
         "  if [[ $PREFIX == -* ]]; then _describe -o option options; return; fi\n"
         "  if (( $#commands )); then _describe command commands; return; fi\n"
         "  if (( $#values )); then compadd -a values; return; fi\n"
         "  if [[ $kind == file ]]; then _files; return; fi\n"
         "  _describe -o option options\n"
         "}\n"
         "if [[ $funcstack[1] == _patchbay ]]; then _patchbay \"$@\"; else compdef _patchbay "
         "patchbay; fi\n";
}

std::string fish_completion(const OutlinedCommand& program) {
  const auto takes_value = options_with_value(program, [](const auto&) { return true; });
  std::string out =
      "# fish completion of patchbay; made by: patchbay completion fish\n"
      "function __patchbay_at\n"
      "  set -l at patchbay\n"
      "  set -l skip no\n"
      "  for word in (commandline -opc)[2..]\n"
      "    if test $skip = yes\n"
      "      set skip no\n"
      "      continue\n"
      "    end\n"
      "    switch \"$at $word\"\n"
      "      case " +
      command_paths(program, " ") + "\n        set at \"$at $word\"\n      case " +
      joined(takes_value, " ") +
      "\n        set skip yes\n"
      "    end\n"
      "  end\n"
      "  test \"$at\" = \"$argv[1]\"\n"
      "end\n"
      "complete -c patchbay -f\n";
  for (const auto* command : all_commands(program)) {
    const auto start =
        "complete -c patchbay -n " + fish_quoted("__patchbay_at " + quoted(command->path));
    for (const auto& below : command->commands)
      out += start + " -a " + below.name + " -d " + fish_quoted(summary(below.description)) + "\n";
    for (const auto& choice : argument_choices(*command))
      out.append(start).append(" -a ").append(choice).append("\n");
    if (argument_kind(*command) == ValueKind::kFile) out += start + " -F\n";
    for (const auto& option : command->options) {
      if (option.positional) continue;
      out += start;
      for (const auto& name : option.names)
        out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (option.value == ValueKind::kFile) out += " -r -F";
      if (option.value == ValueKind::kFolder) out += " -x -a '(__fish_complete_directories)'";
      if (option.value == ValueKind::kText) out += " -x";
      if (option.value == ValueKind::kFixed)
        out += " -x -a " + fish_quoted(joined(option.choices, " "));
      out += " -d " + fish_quoted(summary(option.description)) + "\n";
    }
  }
  return out;
}

}  // namespace patchbay::cli
