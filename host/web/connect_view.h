#pragma once
// The parts of the connect page: who asks and for what, what went wrong, what works now.
#include <string>
#include <vector>

#include "accounts/account_service.h"
#include "manifest/manifest.h"
#include "web/connector_view.h"
#include "web/form_view.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

struct ConnectAsk {
  std::string product_name;  // who asks
  std::string owner_name;    // whose account
  bool reconnect = false;
  bool sandboxed = false;
  std::vector<manifest::PermissionRef> needed;
  accounts::FieldPtrs needed_fields = {};  // that may be left empty
};

View ask_view(const manifest::Manifest& manifest, const ConnectAsk& ask, const Language& language);

// The form and all that stands around it (template connect), but for how an earlier attempt ended.
struct ConnectForm {
  const manifest::Manifest& manifest;
  const std::vector<manifest::Field>& fields;
  const manifest::Guide& guide;
  const FormState& state;
  ConnectAsk ask;
  std::string csrf;
  bool white_label = false;
  bool can_choose = false;     // another provider
  bool can_pass_on = false;    // to a colleague
  bool was_passed_on = false;  // a colleague has a link of their own
  bool is_passed_on = false;   // to the person in front of it
};
View connect_form_view(const ConnectForm& form, const Language& language);

// An attempt that did not link: title, what happened, what to do, the provider's own answer.
// What stands at a field in the form is not repeated here. The hub's own error texts are for
// operators and shown to them alone.
View failure_view(const manifest::Manifest& manifest, const accounts::LinkOutcome& outcome,
                  bool for_operator, const Language& language);

// What the product may do, what it lacks and what the provider has not told (template grants).
void put_grants(View& view, const manifest::Manifest& manifest,
                const std::vector<accounts::PermissionLine>& lines, const std::string& product_name,
                const Language& language);

// The confirmation: what works now and what does not yet.
View confirmation_view(const manifest::Manifest& manifest, const accounts::AccountDetail& detail,
                       const accounts::LinkOutcome& outcome, const std::string& product_name,
                       const Language& language);

}  // namespace patchbay::web
