#include <algorithm>
#include <cstdlib>

#include "app.h"
#include "methods.h"

namespace slack_sandbox {
namespace {

using sandbox::Response;

constexpr std::size_t kLongestText = 40'000;
constexpr std::int64_t kFurthestS = 120LL * 24 * 3'600;

// The channel and, where one is named, the message in it; or what is wrong.
struct Place {
  Channel* channel = nullptr;
  Message* message = nullptr;
  Response refusal;
};

Place place_of(const Call& call, std::string_view ts_name) {
  Place place;
  place.channel = call.workspace.channel(call.text("channel"));
  if (place.channel == nullptr) {
    place.refusal = failed("channel_not_found");
  } else if (!place.channel->has(kBot)) {
    place.channel = nullptr;
    place.refusal = failed("not_in_channel");
  } else if (!ts_name.empty()) {
    place.message = place.channel->find(call.text(ts_name));
    if (place.message == nullptr) place.refusal = failed("message_not_found");
  }
  return place;
}

Response page_of_messages(const Call& call, json::array all) {
  const Page page = page_of(call.arguments);
  if (!page.fault.empty()) return failed(page.fault);
  const bool more = page.from + page.count < all.size();
  json::object body = paged("messages", all, page);
  body["has_more"] = more;
  return succeeded(std::move(body));
}

Response history(const Call& call) {
  const Place place = place_of(call, "");
  if (place.channel == nullptr) return place.refusal;
  const double oldest = std::strtod(call.text("oldest").c_str(), nullptr);
  const std::string until = call.text("latest");
  const double latest = until.empty() ? 1e12 : std::strtod(until.c_str(), nullptr);
  const bool inclusive = call.arguments.flag("inclusive");
  json::array all;
  const auto& messages = place.channel->messages;
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    if (!message->thread_ts.empty()) continue;
    const double at = std::strtod(message->ts.c_str(), nullptr);
    if (inclusive ? at >= oldest && at <= latest : at > oldest && at < latest)
      all.push_back(message->to_json());
  }
  return page_of_messages(call, std::move(all));
}

Response replies(const Call& call) {
  const Place place = place_of(call, "ts");
  if (place.message == nullptr)
    return place.channel == nullptr ? place.refusal : failed("thread_not_found");
  json::array all{place.message->to_json()};
  for (const Message& message : place.channel->messages)
    if (message.thread_ts == place.message->ts) all.push_back(message.to_json());
  return page_of_messages(call, std::move(all));
}

// Empty when the text can be sent.
std::string fault_of_text(const Call& call) {
  const std::string text = call.text("text");
  if (text.empty() && !call.arguments.has("blocks")) return "no_text";
  return text.size() > kLongestText ? "msg_too_long" : "";
}

Response post(const Call& call) {
  const Place place = place_of(call, "");
  if (place.channel == nullptr) return place.refusal;
  if (place.channel->is_archived) return failed("is_archived");
  if (const auto fault = fault_of_text(call); !fault.empty()) return failed(fault);
  const std::string thread = call.text("thread_ts");
  if (!thread.empty() && place.channel->find(thread) == nullptr) return failed("thread_not_found");
  Message& message = call.workspace.write(*place.channel, call.text("text"), call.now_ms);
  message.thread_ts = thread;
  if (call.arguments.has("blocks"))
    message.blocks = sandbox::parse_json(call.text("blocks")).value_or(nullptr);
  return succeeded(
      {{"channel", place.channel->id}, {"ts", message.ts}, {"message", message.to_json()}});
}

Response update(const Call& call) {
  const Place place = place_of(call, "ts");
  if (place.message == nullptr) return place.refusal;
  if (place.message->user != kBot) return failed("cant_update_message");
  if (const auto fault = fault_of_text(call); !fault.empty()) return failed(fault);
  place.message->text = call.text("text");
  return succeeded(
      {{"channel", place.channel->id}, {"ts", place.message->ts}, {"text", place.message->text}});
}

Response remove(const Call& call) {
  const Place place = place_of(call, "ts");
  if (place.message == nullptr) return place.refusal;
  if (place.message->user != kBot) return failed("cant_delete_message");
  const std::string ts = place.message->ts;
  std::erase_if(place.channel->messages, [&ts](const Message& each) { return each.ts == ts; });
  return succeeded({{"channel", place.channel->id}, {"ts", ts}});
}

Response schedule(const Call& call) {
  const Place place = place_of(call, "");
  if (place.channel == nullptr) return place.refusal;
  if (const auto fault = fault_of_text(call); !fault.empty()) return failed(fault);
  const std::int64_t at = std::strtoll(call.text("post_at").c_str(), nullptr, 10);
  if (at * 1'000 <= call.now_ms) return failed("time_in_past");
  if (at - call.now_ms / 1'000 > kFurthestS) return failed("time_too_far");
  return succeeded(
      {{"channel", place.channel->id}, {"scheduled_message_id", "Q00000001"}, {"post_at", at}});
}

Response permalink(const Call& call) {
  const Place place = place_of(call, "message_ts");
  if (place.message == nullptr) return place.refusal;
  std::string digits = place.message->ts;
  std::erase(digits, '.');
  return succeeded(
      {{"channel", place.channel->id},
       {"permalink", "https://acme.slack.com/archives/" + place.channel->id + "/p" + digits}});
}

Response reactions(const Call& call) {
  const Place place = place_of(call, "timestamp");
  if (place.message == nullptr) return place.refusal;
  return succeeded(
      {{"type", "message"}, {"channel", place.channel->id}, {"message", place.message->to_json()}});
}

Response react(const Call& call) {
  const Place place = place_of(call, "timestamp");
  if (place.message == nullptr) return place.refusal;
  auto& users = place.message->reactions[call.text("name")];
  if (std::ranges::find(users, kBot) != users.end()) return failed("already_reacted");
  users.emplace_back(kBot);
  return succeeded();
}

Response unreact(const Call& call) {
  const Place place = place_of(call, "timestamp");
  if (place.message == nullptr) return place.refusal;
  const auto found = place.message->reactions.find(call.text("name"));
  if (found == place.message->reactions.end() || std::erase(found->second, kBot) == 0)
    return failed("no_reaction");
  if (found->second.empty()) place.message->reactions.erase(found);
  return succeeded();
}

}  // namespace

std::vector<Method> message_methods() {
  return {
      {"conversations.history",
       "channels:history",
       true,
       50,
       {"channel", "oldest", "latest", "inclusive", "limit", "cursor"},
       {"channel"},
       history},
      {"conversations.replies",
       "channels:history",
       true,
       50,
       {"channel", "ts", "limit", "cursor"},
       {"channel", "ts"},
       replies},
      {"chat.postMessage",
       "chat:write",
       false,
       60,
       {"channel", "text", "blocks", "thread_ts", "reply_broadcast", "unfurl_links"},
       {"channel"},
       post},
      {"chat.update",
       "chat:write",
       false,
       50,
       {"channel", "ts", "text", "blocks"},
       {"channel", "ts"},
       update},
      {"chat.delete", "chat:write", false, 50, {"channel", "ts"}, {"channel", "ts"}, remove},
      {"chat.scheduleMessage",
       "chat:write",
       false,
       50,
       {"channel", "text", "post_at"},
       {"channel", "post_at"},
       schedule},
      {"chat.getPermalink",
       "",
       true,
       200,
       {"channel", "message_ts"},
       {"channel", "message_ts"},
       permalink},
      {"reactions.get",
       "reactions:read",
       true,
       50,
       {"channel", "timestamp", "full"},
       {"channel", "timestamp"},
       reactions},
      {"reactions.add",
       "reactions:write",
       false,
       50,
       {"channel", "timestamp", "name"},
       {"channel", "timestamp", "name"},
       react},
      {"reactions.remove",
       "reactions:write",
       false,
       20,
       {"channel", "timestamp", "name"},
       {"channel", "timestamp", "name"},
       unreact},
  };
}

}  // namespace slack_sandbox
