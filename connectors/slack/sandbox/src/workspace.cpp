#include "workspace.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace slack_sandbox {
namespace {

constexpr std::int64_t kFounded = 1'700'000'000;
constexpr std::int64_t kUsPerS = 1'000'000;
constexpr int kPeople = 250;

std::string numbered(const char* form, int number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), form, number);
  return text.data();
}

std::string ts_of(std::int64_t us) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%lld.%06lld", static_cast<long long>(us / kUsPerS),
                static_cast<long long>(us % kUsPerS));
  return text.data();
}

json::object note(const std::string& value) {
  return {{"value", value}, {"creator", "U00000001"}, {"last_set", kFounded}};
}

}  // namespace

json::object User::to_json(bool with_email, bool with_locale) const {
  json::object profile{{"real_name", real_name}, {"display_name", name}};
  if (with_email) profile["email"] = email;
  json::object out{{"id", id},
                   {"team_id", "T00000001"},
                   {"name", name},
                   {"real_name", real_name},
                   {"deleted", false},
                   {"is_bot", id == kBot},
                   {"updated", kFounded},
                   {"profile", std::move(profile)}};
  if (with_locale) out["locale"] = "en-US";
  return out;
}

json::object Message::to_json() const {
  json::object out{{"type", "message"}, {"user", user}, {"text", text}, {"ts", ts}};
  if (!thread_ts.empty()) out["thread_ts"] = thread_ts;
  if (!blocks.is_null()) out["blocks"] = blocks;
  json::array all;
  for (const auto& [name, users] : reactions)
    all.push_back(json::object{{"name", name},
                               {"users", json::array(users.begin(), users.end())},
                               {"count", users.size()}});
  if (!all.empty()) out["reactions"] = std::move(all);
  return out;
}

bool Channel::has(std::string_view user) const {
  return std::ranges::find(members, user) != members.end();
}

json::object Channel::to_json() const {
  return {{"id", id},
          {"name", name},
          {"name_normalized", name},
          {"created", kFounded},
          {"creator", "U00000001"},
          {"is_channel", true},
          {"is_private", false},
          {"is_mpim", false},
          {"is_im", id.starts_with('D')},
          {"is_shared", false},
          {"is_org_shared", false},
          {"is_general", name == "general"},
          {"is_archived", is_archived},
          {"is_member", has(kBot)},
          {"topic", note(topic)},
          {"purpose", note(purpose)},
          {"num_members", members.size()}};
}

Message* Channel::find(std::string_view ts) {
  const auto found = std::ranges::find(messages, ts, &Message::ts);
  return found == messages.end() ? nullptr : &*found;
}

Workspace::Workspace() : last_us_(kFounded * kUsPerS) {
  constexpr std::array<std::pair<const char*, const char*>, 6> kKnown = {
      {{"ada", "Ada Lovelace"},
       {"alan", "Alan Turing"},
       {"grace", "Grace Hopper"},
       {"konrad", "Konrad Zuse"},
       {"emmy", "Emmy Noether"},
       {"juergen", "Jürgen Müller"}}};
  for (int i = 0; i < kPeople; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const bool known = at < kKnown.size();
    const std::string name = known ? kKnown[at].first : numbered("person%d", i + 1);
    users.push_back({numbered("U%08d", i + 1), name,
                     known ? kKnown[at].second : numbered("Person %d", i + 1),
                     name + "@acme.example", i % 3 != 2});
  }
  users.push_back({kBot, "hub", "Hub", "", true});
  for (const char* name : {"general", "random", "onboarding"}) make_channel(name);
  for (int i = 0; i < 30; ++i) make_channel(numbered("project-%d", i + 1));
  std::erase(channels[1].members, kBot);  // the app was never invited to it
  Channel& general = channels.front();
  for (const User& user : users)
    if (user.id != kBot) general.members.push_back(user.id);
  for (int i = 0; i < 120; ++i) {
    Message& message = write(general, numbered("Message %d", i + 1), 0);
    message.user = users[static_cast<std::size_t>(i) % 6].id;
  }
  Message& reply = write(general, "An answer", 0);
  reply.user = users[1].id;
  reply.thread_ts = general.messages.front().ts;
  general.messages.front().reactions["tada"] = {users[0].id, users[1].id};
}

Channel* Workspace::channel(std::string_view id) {
  const auto found = std::ranges::find(channels, id, &Channel::id);
  if (found != channels.end()) return &*found;
  for (auto& [user, conversation] : direct)
    if (conversation.id == id) return &conversation;
  return nullptr;
}

Channel* Workspace::channel_named(std::string_view name) {
  const auto found = std::ranges::find(channels, name, &Channel::name);
  return found == channels.end() ? nullptr : &*found;
}

const User* Workspace::user(std::string_view id) const {
  const auto found = std::ranges::find(users, id, &User::id);
  return found == users.end() ? nullptr : &*found;
}

Channel& Workspace::make_channel(std::string name) {
  Channel channel;
  channel.id = numbered("C%08d", ++made_);
  channel.name = std::move(name);
  channel.members = {kBot};
  return channels.emplace_back(std::move(channel));
}

std::string Workspace::next_ts(std::int64_t now_ms) {
  last_us_ = std::max(last_us_ + 100, now_ms * 1'000);
  return ts_of(last_us_);
}

Message& Workspace::write(Channel& channel, std::string text, std::int64_t now_ms) {
  Message message;
  message.ts = next_ts(now_ms);
  message.user = kBot;
  message.text = std::move(text);
  return channel.messages.emplace_back(std::move(message));
}

}  // namespace slack_sandbox
