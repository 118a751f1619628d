#include "web/person_place.h"

#include "web/attempt_pages.h"
#include "web/sign_in_window.h"

namespace patchbay::web {

net::Task<PersonPlace> place_of(Site& site, const net::Request& request, std::string token) {
  if (is_in_sign_in_window(request, token)) co_return PersonPlace::kSignInWindow;
  const bool in_window = co_await is_in_window(site, std::move(token));
  co_return in_window ? PersonPlace::kComponentWindow : PersonPlace::kConnectPage;
}

net::Response to_person(PersonPlace place) {
  switch (place) {
    case PersonPlace::kComponentWindow:
      return keeping_opener(net::redirect(std::string(kWindowPath)));
    case PersonPlace::kSignInWindow:
      return keeping_opener(net::redirect(std::string(kSignInPath)));
    case PersonPlace::kConnectPage:
      break;
  }
  return net::redirect("/connect");
}

net::Response keeping_opener(net::Response response) {
  response.with("Cross-Origin-Opener-Policy", "unsafe-none");
  return response;
}

}  // namespace patchbay::web
