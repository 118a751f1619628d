#include "web/people_view.h"

#include "web/account_view.h"

namespace patchbay::web {
namespace {

std::string role_text(store::Role role, const Language& language) {
  return language.text("role." + std::string(store::to_string(role)));
}

}  // namespace

std::string name_of(const Person& person, const Language& language) {
  return person.name.empty() ? language.text("people.nameless") : person.name;
}

View session_view(const OperatorAccess::Present::SignedIn& session, std::int64_t now_ms,
                  const Language& language) {
  return View()
      .text("id", session.id)
      .text("name", name_of(session.person, language))
      .text("role", role_text(session.person.role, language))
      .flag("strong", session.person.role == store::Role::kAdmin)
      .flag("own", session.own)
      .text("end_label",
            language.text("people.end_of", {{"name", name_of(session.person, language)}}))
      .view("since", time_view(session.since, now_ms, language))
      .view("seen", time_view(session.seen, now_ms, language))
      .view("ends", time_view(session.ends, now_ms, language));
}

View open_link_view(const OperatorAccess::Present::OpenLink& link, std::int64_t now_ms,
                    const Language& language) {
  return View()
      .text("id", link.id)
      .text("name", name_of(link.person, language))
      .text("role", role_text(link.person.role, language))
      .flag("strong", link.person.role == store::Role::kAdmin)
      .text("withdraw_label",
            language.text("people.withdraw_of", {{"name", name_of(link.person, language)}}))
      .view("made", time_view(link.made, now_ms, language))
      .view("ends", time_view(link.ends, now_ms, language));
}

std::vector<View> role_choices(store::Role selected, const Language& language) {
  std::vector<View> choices;
  choices.reserve(3);
  for (const store::Role role : {store::Role::kViewer, store::Role::kOperator, store::Role::kAdmin})
    choices.push_back(View()
                          .text("value", store::to_string(role))
                          .text("label", role_text(role, language))
                          .flag("selected", role == selected));
  return choices;
}

}  // namespace patchbay::web
