#pragma once
// What stands around every page: title, header, language switch, footer (templates page_begin and
// page_end).
#include <string>
#include <vector>

#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

struct PageFrame {
  std::string title;
  std::string name;              // on top: the hub's, or the product's for end users
  std::string product_name;      // whose first letter stands for it where the hub shows no mark
  std::string session_csrf{};    // signed in; empty: nobody is
  std::string role_text{};       // what the signed-in person may do; empty: everything
  std::vector<View> projects{};  // to choose from: value, label, selected; empty: there is one
  bool problem = false;          // say so in the title: screen readers read that first
  bool white_label = false;      // the hub itself is not shown
  bool for_end_users = false;
  bool at_connectors = false;
  bool at_integrations = false;
  bool at_accounts = false;
  bool at_settings = false;
  bool sandboxed = false;
  bool framed = false;     // inside another page: no header, no footer
  std::string theme{};     // "light" or "dark"; empty: as the browser has it
  unsigned refresh_s = 0;  // without JavaScript, load again after so long
};

// Puts the frame into a page's view.
void put_frame(View& view, const PageFrame& frame, const Language& language);

}  // namespace patchbay::web
