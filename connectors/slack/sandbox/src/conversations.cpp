#include <algorithm>

#include "app.h"
#include "methods.h"
#include "patchbay/sandbox/text.h"

namespace slack_sandbox {
namespace {

using sandbox::Response;

bool holds(std::string_view scopes, std::string_view scope) {
  const auto names = sandbox::split(scopes, ',');
  return std::ranges::find(names, scope) != names.end();
}

template <class List>
Response page_response(const Call& call, std::string_view name, const List& all) {
  const Page page = page_of(call.arguments);
  if (!page.fault.empty()) return failed(page.fault);
  return succeeded(paged(name, all, page));
}

Response list_channels(const Call& call) {
  const std::string types = call.text("types");
  for (const auto& type : sandbox::split(types.empty() ? "public_channel" : types, ','))
    if (type == "private_channel" && !holds(call.scopes, "groups:read"))
      return failed("missing_scope", {{"needed", "groups:read"}, {"provided", call.scopes}});
  json::array all;
  for (const Channel& channel : call.workspace.channels)
    if (!channel.is_archived || !call.arguments.flag("exclude_archived"))
      all.push_back(channel.to_json());
  return page_response(call, "channels", all);
}

// The channel that is meant, or what is wrong with it.
struct Meant {
  Channel* channel = nullptr;
  Response refusal;
};

Meant changeable(const Call& call) {
  Channel* channel = call.workspace.channel(call.text("channel"));
  if (channel == nullptr) return {nullptr, failed("channel_not_found")};
  if (channel->is_archived) return {nullptr, failed("is_archived")};
  if (!channel->has(kBot)) return {nullptr, failed("not_in_channel")};
  return {channel, {}};
}

Response one(const Channel& channel) {
  return succeeded({{"channel", channel.to_json()}});
}

Response get_channel(const Call& call) {
  const Channel* channel = call.workspace.channel(call.text("channel"));
  return channel == nullptr ? failed("channel_not_found") : one(*channel);
}

Response list_members(const Call& call) {
  const Channel* channel = call.workspace.channel(call.text("channel"));
  if (channel == nullptr) return failed("channel_not_found");
  return page_response(call, "members",
                       json::array(channel->members.begin(), channel->members.end()));
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 80 && std::ranges::none_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || c == ' ' || c == '.' || c == '#';
  });
}

Response create(const Call& call) {
  const std::string name = call.text("name");
  if (!is_name(name)) return failed("invalid_name_specials");
  if (call.workspace.channel_named(name) != nullptr) return failed("name_taken");
  return one(call.workspace.make_channel(name));
}

Response rename(const Call& call) {
  const auto [channel, refusal] = changeable(call);
  if (channel == nullptr) return refusal;
  const std::string name = call.text("name");
  if (!is_name(name)) return failed("invalid_name_specials");
  const Channel* other = call.workspace.channel_named(name);
  if (other != nullptr && other != channel) return failed("name_taken");
  channel->name = name;
  return one(*channel);
}

Response set_topic(const Call& call) {
  const auto [channel, refusal] = changeable(call);
  if (channel == nullptr) return refusal;
  if (call.text("topic").size() > 250) return failed("too_long");
  channel->topic = call.text("topic");
  return one(*channel);
}

Response archive(const Call& call) {
  Channel* channel = call.workspace.channel(call.text("channel"));
  if (channel == nullptr) return failed("channel_not_found");
  if (channel->is_archived) return failed("already_archived");
  if (channel->name == "general") return failed("cant_archive_general");
  if (!channel->has(kBot)) return failed("not_in_channel");
  channel->is_archived = true;
  return succeeded();
}

Response join(const Call& call) {
  Channel* channel = call.workspace.channel(call.text("channel"));
  if (channel == nullptr) return failed("channel_not_found");
  if (channel->is_archived) return failed("is_archived");
  if (!channel->has(kBot)) channel->members.emplace_back(kBot);
  return one(*channel);
}

Response invite(const Call& call) {
  const auto [channel, refusal] = changeable(call);
  if (channel == nullptr) return refusal;
  for (const auto& id : sandbox::split(call.text("users"), ',')) {
    if (id == kBot) return failed("cant_invite_self");
    if (call.workspace.user(id) == nullptr) return failed("user_not_found");
    if (channel->has(id)) return failed("already_in_channel");
    channel->members.push_back(id);
  }
  return one(*channel);
}

Response open(const Call& call) {
  const std::string user = call.text("users");
  if (call.workspace.user(user) == nullptr) return failed("user_not_found");
  Channel& channel = call.workspace.direct[user];
  if (channel.id.empty()) {
    channel.id = "D" + user.substr(1);
    channel.members = {kBot, user};
  }
  return succeeded({{"channel", json::object{{"id", channel.id}}}});
}

Response list_users(const Call& call) {
  json::array all;
  for (const User& user : call.workspace.users)
    all.push_back(user.to_json(holds(call.scopes, "users:read.email"),
                               call.arguments.flag("include_locale")));
  return page_response(call, "members", all);
}

Response one(const Call& call, const User* user) {
  if (user == nullptr) return failed("user_not_found");
  return succeeded({{"user", user->to_json(holds(call.scopes, "users:read.email"),
                                           call.arguments.flag("include_locale"))}});
}

Response get_user(const Call& call) {
  return one(call, call.workspace.user(call.text("user")));
}

Response find_user(const Call& call) {
  const std::string email = sandbox::lower_case(call.text("email"));
  const auto& users = call.workspace.users;
  const auto found = std::ranges::find(users, email, &User::email);
  if (email.empty() || found == users.end()) return failed("users_not_found");
  return one(call, &*found);
}

Response get_presence(const Call& call) {
  const User* user = call.workspace.user(call.text("user"));
  if (user == nullptr) return failed("user_not_found");
  return succeeded({{"presence", user->active ? "active" : "away"}});
}

Response get_team(const Call& /*call*/) {
  return succeeded({{"team", json::object{{"id", "T00000001"},
                                          {"name", "Acme"},
                                          {"domain", "acme"},
                                          {"email_domain", "acme.example"}}}});
}

}  // namespace

std::vector<Method> conversation_methods() {
  return {
      {"conversations.list",
       "channels:read",
       true,
       20,
       {"types", "exclude_archived", "limit", "cursor"},
       {},
       list_channels},
      {"conversations.info",
       "channels:read",
       true,
       50,
       {"channel", "include_num_members"},
       {"channel"},
       get_channel},
      {"conversations.members",
       "channels:read",
       true,
       100,
       {"channel", "limit", "cursor"},
       {"channel"},
       list_members},
      {"conversations.create", "channels:manage", false, 20, {"name"}, {"name"}, create},
      {"conversations.rename",
       "channels:manage",
       false,
       20,
       {"channel", "name"},
       {"channel", "name"},
       rename},
      {"conversations.setTopic",
       "channels:manage",
       false,
       20,
       {"channel", "topic"},
       {"channel"},
       set_topic},
      {"conversations.archive", "channels:manage", false, 20, {"channel"}, {"channel"}, archive},
      {"conversations.join", "channels:join", false, 50, {"channel"}, {"channel"}, join},
      {"conversations.invite",
       "channels:manage",
       false,
       50,
       {"channel", "users"},
       {"channel", "users"},
       invite},
      {"conversations.open", "im:write", false, 50, {"users"}, {"users"}, open},
      {"users.list", "users:read", true, 20, {"include_locale", "limit", "cursor"}, {}, list_users},
      {"users.info", "users:read", true, 100, {"user", "include_locale"}, {"user"}, get_user},
      {"users.lookupByEmail", "users:read.email", true, 50, {"email"}, {"email"}, find_user},
      {"users.getPresence", "users:read", true, 50, {"user"}, {"user"}, get_presence},
      {"team.info", "team:read", true, 50, {}, {}, get_team},
  };
}

}  // namespace slack_sandbox
