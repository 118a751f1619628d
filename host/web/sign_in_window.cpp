#include "web/sign_in_window.h"

#include "base/hash.h"
#include "base/secret.h"
#include "net/cookies.h"
#include "web/connect_access.h"
#include "web/framing.h"
#include "web/link_access.h"
#include "web/person_place.h"
#include "web/request_checks.h"
#include "web/waiting_pages.h"

namespace patchbay::web {
namespace {

using State = ConnectRuns::State;

// Marks the window: the token in its connect cookie came from a frame.
constexpr std::string_view kWindowCookie = "patchbay-sign-in";
constexpr std::string_view kLookAgain = "1";  // seconds

std::string mark_of(std::string_view token) {
  return csrf_from("sign-in window", token);
}

// What became of a session that is not open any more.
net::Task<std::string_view> how_it_ended(Site& site, std::string token) {
  const auto session = co_await site.options.accounts.find_session_in_any_state(std::move(token));
  if (!session) co_return "window.over";
  switch (session->status) {
    case store::SessionStatus::kUsed:
      co_return "window.linked";
    case store::SessionStatus::kCancelled:
      co_return "window.over";
    case store::SessionStatus::kOpen:
      break;
  }
  co_return "window.expired";
}

}  // namespace

Result<std::string> sign_in_ticket(const Site& site, const store::ConnectSession& session,
                                   const std::string& token) {
  return make_link_token(site, LinkPurpose::kSignIn, session.project_id, token,
                         session.expires - site.now());
}

bool is_in_sign_in_window(const net::Request& request, std::string_view token) {
  const auto mark = net::cookie_value(request.headers, "__Host-" + std::string(kWindowCookie));
  return mark && !token.empty() && constant_time_equal(*mark, mark_of(token));
}

void SignInWindow::add_routes(net::Router& router) {
  using Step = net::Task<net::Response> (SignInWindow::*)(net::Request&);
  const auto add = [&](std::string_view method, Step step) {
    router.add(method, kSignInPath,
               site_.open([this, step](net::Request& request) -> net::Task<net::Response> {
                 co_return keeping_opener(co_await (this->*step)(request));
               }));
  };
  add("POST", &SignInWindow::open);
  add("GET", &SignInWindow::show);
}

net::Task<net::Response> SignInWindow::open(net::Request& request) {
  auto form = request.take_form();
  if (!site_.is_from_own_page(request) || !form) co_return over(request, "window.over");
  auto ticket = open_link_token(site_, LinkPurpose::kSignIn, form->get_or("ticket", ""));
  if (!ticket)
    co_return over(request,
                   ticket.error().code == ErrorCode::kExpired ? "window.expired" : "window.over");
  const std::string& token = ticket->subject;
  const auto session = co_await site_.options.accounts.find_session(token);
  const bool ours = csrf_matches(request, *form, connect_csrf(token));
  auto response = net::redirect(std::string(kSignInPath));
  if (!session) {
    response = over(request, co_await how_it_ended(site_, token));
  } else if (!ours) {
    response = over(request, "window.over");
  } else {
    response.cookie(visitor_cookie(request, kConnectCookie, token));
    response.cookie(visitor_cookie(request, kWindowCookie, mark_of(token)));
  }
  wipe(ticket->subject.data(), ticket->subject.size());
  co_return response;
}

net::Task<net::Response> SignInWindow::show(net::Request& request) {
  const std::string token = connect_token(request);
  if (!is_in_sign_in_window(request, token)) co_return over(request, "window.over");
  const auto run = site_.runs->find(sha256_hex(token), site_.now());
  if (run && run->state == State::kRunning) {
    co_return site_
        .message(request, {.text_id = "window.at_work", .status = 200, .for_end_users = true})
        .with("Refresh", kLookAgain);
  }
  if (run && run->state == State::kLinked) co_return over(request, "window.linked");
  const auto session = co_await site_.options.accounts.find_session(token);
  if (!session) co_return over(request, co_await how_it_ended(site_, token));
  const auto waiting = co_await site_.options.accounts.linker().waiting(*session);
  if (waiting && !waiting->pause.is_redirect()) co_return over(request, "window.go_on");
  if (waiting) {
    if (auto page = waiting_page(site_, request,
                                 {.token = token,
                                  .waiting = *waiting,
                                  .run = run ? &*run : nullptr,
                                  .in_sign_in_window = true}))
      co_return *std::move(page);
  }
  if (!run || run->state != State::kFailed) co_return over(request, "window.expired");
  const bool cancelled = run->outcome->error.code == ErrorCode::kCancelled;
  co_return over(request, cancelled ? "window.cancelled" : "window.told_there");
}

// The window's last page. The session leaves with it.
net::Response SignInWindow::over(const net::Request& request, std::string_view text_id) const {
  const bool ours = is_in_sign_in_window(request, connect_token(request));
  auto response = site_.message(request, {.text_id = text_id,
                                          .status = text_id == "window.over" ? 404U : 200U,
                                          .for_end_users = true,
                                          .closes_window = ours || text_id != "window.over"});
  if (ours) {
    response.cookie(net::forget_host_cookie(kConnectCookie));
    response.cookie(net::forget_host_cookie(kWindowCookie));
  }
  return response;
}

}  // namespace patchbay::web
