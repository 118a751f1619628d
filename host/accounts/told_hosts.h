#pragma once
// Where an account lives, for providers that tell it when the account is connected: a fact that the
// manifest names as a host (manifest::HostRule::within). It comes from the provider's answer by way
// of a connector, both of which may be hostile, and decides where the account's tokens are sent. So
// it is looked at here before it is kept, again whenever it is used (host_values in credentials.h),
// and belongs to its account alone.
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connector/flow_types.h"
#include "manifest/manifest.h"

namespace patchbay::accounts {

// [{"id":"instance","value":"..."}] and back; what the account row keeps.
std::string facts_to_json(const std::vector<connector::NamedValue>& facts);
std::vector<connector::NamedValue> facts_from_json(std::string_view json);

// Same id replaces, others stay.
void merge_facts(std::vector<connector::NamedValue>& kept,
                 std::vector<connector::NamedValue> fresh);

// Puts the hosts among a flow's facts into lower case. kProtocol: one of them is not what the
// manifest allows; with `all`, which is for connecting, also: one is missing. The message is for
// people, and leaves out what was told.
Result<> settle_told_hosts(const manifest::Manifest& manifest,
                           std::vector<connector::NamedValue>& facts, bool all);

// The hosts among them, with blanks between; empty where the manifest has none. For the audit log.
std::string told_hosts_of(const manifest::Manifest& manifest,
                          const std::vector<connector::NamedValue>& facts);

}  // namespace patchbay::accounts
