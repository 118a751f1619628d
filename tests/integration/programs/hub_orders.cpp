#include "hub_orders.h"

#include <iostream>
#include <sstream>
#include <string>

namespace patchbay::integration {
namespace {

std::string failed(const Error& error) {
  return "error " + std::string(to_string(error.code)) + " " + error.message;
}

template <class T>
std::string said(const Result<T>& result) {
  return result ? "done" : failed(result.error());
}

// As the token route hands it out: checked again right before it leaves.
std::string token(cli::Hub& hub, const std::string& account) {
  for (int i = 0; i < 3; ++i) {
    const auto got = hub.loops().block_on(hub.keeper().token(hub.project_id(), account, "main", 0));
    if (!got) return failed(got.error());
    if (hub.instance().may_serve(got->read_at)) return std::string(got->value.reveal());
  }
  return "error unavailable";
}

std::string answer(cli::Hub& hub, const std::string& order, const std::string& account) {
  auto& accounts = hub.accounts();
  if (order == "token") return token(hub, account);
  if (order == "refresh")
    return said(hub.loops().block_on(accounts.refresh(hub.project_id(), account)));
  if (order == "suspend")
    return said(hub.loops().block_on(accounts.suspend(hub.project_id(), account)));
  if (order == "unlink")
    return said(hub.loops().block_on(accounts.unlink(hub.project_id(), account)));
  return "error unknown order";
}

}  // namespace

Result<> obey(cli::Hub& hub) {
  hub.start_background();
  std::cout << "ready" << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string order;
    std::string account;
    words >> order >> account;
    std::cout << answer(hub, order, account) << std::endl;
  }
  return {};
}

}  // namespace patchbay::integration
