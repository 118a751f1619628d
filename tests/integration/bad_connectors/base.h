#pragma once
// A connector that does everything right and nothing useful: it links whoever asks, without a
// request, with one token. Each file beside this one derives from it and does one thing wrong.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "patchbay/connector.h"
#include "patchbay/sdk/manifest.h"

namespace misfit {

inline patchbay_str str(std::string_view text) {
  return {text.data(), text.size()};
}

// Waits on itself; to sleep is not allowed to a connector.
[[noreturn]] inline void hang() {
  static std::atomic<int> never{0};
  for (;;) never.wait(0);
}

struct Base {
  static constexpr std::uint32_t major = PATCHBAY_ABI_MAJOR;
  static constexpr std::uint32_t table_size = sizeof(patchbay_connector);

  static std::string_view manifest() { return patchbay::sdk::embedded_manifest(); }

  static patchbay_status create(const patchbay_host*, patchbay_instance** out) {
    static int instance;
    *out = reinterpret_cast<patchbay_instance*>(&instance);
    return PATCHBAY_OK;
  }
  static void destroy(patchbay_instance*) {}
  static patchbay_status begin(patchbay_instance*, const patchbay_input*, patchbay_flow** out) {
    static int flow;
    *out = reinterpret_cast<patchbay_flow*>(&flow);
    return PATCHBAY_OK;
  }
  static patchbay_status step(patchbay_flow*, const patchbay_event*, patchbay_action* action) {
    return done(action);
  }
  static void release(patchbay_flow*) {}
  static const void* extension(patchbay_instance*, patchbay_str) { return nullptr; }

  static patchbay_status done(patchbay_action* action) {
    static const patchbay_token token{sizeof token,  0, str("main"), str("misfit-token"),
                                      str("Bearer"), 0, str("")};
    static const patchbay_token* const tokens[] = {&token};
    static const patchbay_done answer = [] {
      patchbay_done made{};
      made.struct_size = sizeof made;
      made.tokens = tokens;
      made.token_count = 1;
      return made;
    }();
    action->kind = PATCHBAY_ACTION_DONE;
    action->done = &answer;
    return PATCHBAY_OK;
  }

  static patchbay_status request(patchbay_action* action, std::string_view method,
                                 std::string_view url) {
    static patchbay_request made;
    static const patchbay_request* const requests[] = {&made};
    made = {};
    made.struct_size = sizeof made;
    made.method = str(method);
    made.url = str(url);
    action->kind = PATCHBAY_ACTION_REQUESTS;
    action->requests = requests;
    action->request_count = 1;
    return PATCHBAY_OK;
  }

  static patchbay_status fail(patchbay_action* action, std::uint32_t failure,
                              std::string_view text) {
    static patchbay_message message;
    static patchbay_fail answer;
    message = {};
    message.struct_size = sizeof message;
    message.fallback = str(text);
    answer = {};
    answer.struct_size = sizeof answer;
    answer.failure = failure;
    answer.message = &message;
    action->kind = PATCHBAY_ACTION_FAIL;
    action->fail = &answer;
    return PATCHBAY_OK;
  }
};

// CANCEL and events of later revisions are answered as they should be, whatever a connector does
// with the others.
template <class Connector>
patchbay_status step(patchbay_flow* flow, const patchbay_event* event, patchbay_action* action) {
  if (event->kind == PATCHBAY_EVENT_CANCEL)
    return Base::fail(action, PATCHBAY_FAIL_CANCELLED, "Cancelled.");
  if (event->kind > PATCHBAY_EVENT_CANCEL)
    return Base::fail(action, PATCHBAY_FAIL_INTERNAL, "An unknown event.");
  return Connector::step(flow, event, action);
}

template <class Connector>
const patchbay_connector* query(std::uint32_t host_major, std::uint32_t* own_major) {
  if (own_major != nullptr) *own_major = Connector::major;
  if (host_major != Connector::major) return nullptr;
  static const patchbay_connector table{
      Connector::table_size, PATCHBAY_ABI_MINOR, str(Connector::manifest()),
      Connector::create,     Connector::destroy, Connector::begin,
      Connector::begin,      Connector::begin,   nullptr,
      step<Connector>,       Connector::release, Connector::extension};
  return &table;
}

}  // namespace misfit

#define MISFIT_CONNECTOR(Connector)                                                 \
  PATCHBAY_EXPORT const patchbay_connector* PATCHBAY_CALL patchbay_connector_query( \
      uint32_t host_major, uint32_t /*host_minor*/, uint32_t* connector_major) {    \
    return misfit::query<Connector>(host_major, connector_major);                   \
  }
