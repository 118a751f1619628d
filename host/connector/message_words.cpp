#include "connector/message_words.h"

namespace patchbay::connector {
namespace {

constexpr std::size_t kLongestArgument = 1000;

void fill_in(FlowMessage& message, const manifest::Texts& texts) {
  if (!message.fallback.empty() || !texts.has(message.id)) return;
  manifest::TextArguments arguments;
  for (const auto& argument : message.args)
    if (argument.value.size() <= kLongestArgument)
      arguments.emplace_back(argument.name, argument.value);
  message.fallback = texts.plain("en", message.id, arguments);
}

}  // namespace

void fill_in_words(FlowAction& action, const manifest::Manifest& manifest) {
  if (action.fail) fill_in(action.fail->message, manifest.texts);
  if (action.ask_reason) fill_in(*action.ask_reason, manifest.texts);
  for (auto& notice : action.notices) fill_in(notice, manifest.texts);
}

}  // namespace patchbay::connector
