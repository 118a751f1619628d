// What is in the workspace: people, channels, messages. Made anew, always the same, at each start.
// For the server's thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/json.h"

namespace slack_sandbox {

namespace sandbox = patchbay::sandbox;
namespace json = sandbox::json;

inline constexpr const char* kBot = "U00000BOT";

struct User {
  std::string id, name, real_name, email;
  bool active = true;

  [[nodiscard]] json::object to_json(bool with_email, bool with_locale) const;
};

struct Message {
  std::string ts, user, text;
  std::string thread_ts;                                      // empty: it answers none
  std::map<std::string, std::vector<std::string>> reactions;  // name -> users
  json::value blocks = nullptr;

  [[nodiscard]] json::object to_json() const;
};

struct Channel {
  std::string id, name, topic, purpose;
  bool is_archived = false;
  std::vector<std::string> members;
  std::vector<Message> messages;  // the oldest first

  [[nodiscard]] bool has(std::string_view user) const;
  [[nodiscard]] json::object to_json() const;
  Message* find(std::string_view ts);
};

class Workspace {
 public:
  Workspace();

  Channel* channel(std::string_view id);
  Channel* channel_named(std::string_view name);
  const User* user(std::string_view id) const;

  // A new one of that name with the bot in it.
  Channel& make_channel(std::string name);
  // A new message of the bot's, later than any other.
  Message& write(Channel& channel, std::string text, std::int64_t now_ms);

  std::vector<User> users;
  std::vector<Channel> channels;
  std::map<std::string, Channel> direct;  // conversations with one person, by their id

 private:
  std::string next_ts(std::int64_t now_ms);
  std::int64_t last_us_ = 0;
  int made_ = 0;
};

}  // namespace slack_sandbox
