#pragma once
// A page that shows a new secret once, in the answer to the form that made it.
#include <string>
#include <string_view>

#include "base/secret.h"
#include "web/site.h"

namespace patchbay::web {

struct NewSecret {
  // Whose texts: "keys" has keys.made_once, keys.made_address, keys.copy, keys.copied,
  // keys.made_done and keys.back.
  std::string_view texts;
  std::string title;
  SafeHtml intro;
  const SecretString& secret;
  std::string use = {};   // how it is used; may be empty
  std::string_view back;  // address of what is above
  std::string done;       // address of where to go on
};

net::Response secret_page(const Site& site, const net::Request& request,
                          const Site::Session& session, const NewSecret& made);

}  // namespace patchbay::web
