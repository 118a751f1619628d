#pragma once
// Where a person connects: on the connect page, or in a window that was opened beside a page for
// the provider's sign-in. A browser has one connect session at a time in its cookie, and what they
// do, they do there: every step leads back to that place.
#include <string>

#include "web/site.h"

namespace patchbay::web {

enum class PersonPlace : std::uint8_t {
  kConnectPage,      // connect_pages.h
  kComponentWindow,  // of the connect component (attempt_pages.h)
  kSignInWindow,     // of the connect page in a frame (sign_in_window.h)
};

// Of whoever sent the request, with the connect session's token from its cookie.
net::Task<PersonPlace> place_of(Site& site, const net::Request& request, std::string token);

// To where the person is told how it goes.
net::Response to_person(PersonPlace place);

// For pages in a window: whoever opened it may go on holding it, to see it closed and to close it.
net::Response keeping_opener(net::Response response);

}  // namespace patchbay::web
