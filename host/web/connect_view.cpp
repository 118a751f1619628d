#include "web/connect_view.h"

#include <algorithm>

#include "web/failure_words.h"
#include "web/guide_view.h"
#include "web/manifest_text.h"
#include "web/permission_view.h"

namespace patchbay::web {
namespace {

using manifest::Granted;

bool is_field_of(const manifest::Manifest& manifest, const std::string& id) {
  return !id.empty() && std::ranges::any_of(manifest.auth_methods, [&](const auto& method) {
    return method.find_field(id) != nullptr;
  });
}

std::vector<View> notice_views(const manifest::Manifest& manifest,
                               const std::vector<connector::FlowMessage>& notices,
                               const Language& language) {
  std::vector<View> views;
  for (const auto& notice : notices) {
    std::string field;
    for (const auto& method : manifest.auth_methods) {
      const auto* known = method.find_field(notice.field_id);
      if (known != nullptr) field = plain(manifest, language, known->label);
    }
    views.push_back(
        View().text("field", field).html("message_html", message_html(manifest, language, notice)));
  }
  return views;
}

}  // namespace

View ask_view(const manifest::Manifest& manifest, const ConnectAsk& ask, const Language& language) {
  const std::string provider = provider_name(manifest, language);
  const manifest::TextArguments arguments{
      {"product", ask.product_name}, {"provider", provider}, {"owner", ask.owner_name}};
  auto boxes = permission_boxes(manifest, language, ask.needed);
  return View()
      .text("provider", provider)
      .text("owner", ask.owner_name)
      .text("product", ask.product_name)
      .view("logo", logo_view(&manifest, provider))
      .text("headline",
            language.text(ask.reconnect ? "connect.headline_reconnect" : "connect.headline",
                          arguments))
      .html("who_html",
            language.rich(ask.reconnect ? "connect.who_reconnect" : "connect.who", arguments))
      .text("permissions_intro", language.text("connect.permissions_intro", arguments))
      .flag("has_permissions", !boxes.empty())
      .list("permissions", std::move(boxes))
      .flag("has_needed_fields", !ask.needed_fields.empty())
      .text("needed_fields",
            language.text("connect.needed_fields",
                          {{"fields", field_names(manifest, language, ask.needed_fields)}}))
      .text("boxes_text", permission_lines(manifest, language, ask.needed))
      .flag("sandboxed", ask.sandboxed);
}

View connect_form_view(const ConnectForm& form, const Language& language) {
  const std::string provider = provider_name(form.manifest, language);
  const manifest::TextArguments arguments{{"provider", provider}};
  View view;
  view.view("ask", ask_view(form.manifest, form.ask, language))
      .view("form", form_view(form.manifest, form.fields, form.state, language))
      .view("guide", guide_view(form.manifest, form.guide,
                                {.needed = form.ask.needed,
                                 .needed_fields = form.ask.needed_fields,
                                 .white_label = form.white_label},
                                language))
      .flag("has_guide", !form.guide.empty())
      .flag("reconnect", form.ask.reconnect)
      .text("csrf", form.csrf)
      .text("connector_id", form.manifest.id)
      .text("provider", provider)
      .text("running_title", language.text("connect.running_title", arguments))
      .text("checking", language.text("connect.running_body", arguments))
      .flag("can_choose", form.can_choose)
      .flag("can_pass_on", form.can_pass_on)
      .flag("was_passed_on", form.was_passed_on)
      .flag("is_passed_on", form.is_passed_on)
      .text("submit",
            language.text(form.ask.reconnect ? "connect.submit_reconnect" : "connect.submit"));
  return view;
}

View failure_view(const manifest::Manifest& manifest, const accounts::LinkOutcome& outcome,
                  bool for_operator, const Language& language) {
  const Error& error = outcome.error;
  const std::string provider = provider_name(manifest, language);
  const auto permission = manifest::PermissionRef::parse(error.permission);
  const std::string label =
      permission ? permission_label(manifest, language, *permission) : std::string();
  const auto arguments = failure_arguments(manifest, error, language);

  const bool has_words = !outcome.message.id.empty() || !outcome.message.fallback.empty();
  const bool at_field = !outcome.field_problems.empty() ||
                        (has_words && is_field_of(manifest, outcome.message.field_id));
  const bool wrong_form = !outcome.field_problems.empty();
  const bool missing = error.code == ErrorCode::kPermissionMissing && permission.has_value();

  // Our own error texts are English and for operators, so they are not what is said first.
  SafeHtml said;
  if (has_words && !at_field) said = message_html(manifest, language, outcome.message);

  // A connector's words say what to do themselves.
  std::string advice = failure_words(language, "advice", error.code, arguments);
  if (wrong_form) {
    advice = language.text("failure.form.advice", arguments);
  } else if (at_field) {
    advice = language.text("failure.at_field", arguments);
  } else if (!said.markup().empty()) {
    advice = language.text("failure.nothing_stored", arguments);
  }

  View view;
  view.flag("cancelled", error.code == ErrorCode::kCancelled)
      .text("code", std::string(to_string(error.code)))
      .text("title", wrong_form ? language.text("failure.form.title", arguments)
                                : failure_words(language, "title", error.code, arguments))
      .html("said_html", said)
      .flag("missing_permission", missing)
      .text("permission", label)
      .text("advice", advice)
      .text("detail", for_operator && !has_words && !wrong_form ? error.message : "")
      .text("provider_answer", error.provider_answer)
      .text("answer_label", language.text("failure.details", arguments));

  std::vector<View> fields;
  const auto add = [&](const std::string& field_id) {
    for (const auto& method : manifest.auth_methods) {
      const auto* field = method.find_field(field_id);
      if (field == nullptr) continue;
      fields.push_back(View()
                           .text("id", "field-" + field->id)
                           .text("label", plain(manifest, language, field->label)));
      return;
    }
  };
  for (const auto& problem : outcome.field_problems) add(problem.field);
  if (!wrong_form && at_field) add(outcome.message.field_id);
  view.flag("has_field_links", !fields.empty()).list("field_links", std::move(fields));
  return view;
}

void put_grants(View& view, const manifest::Manifest& manifest,
                const std::vector<accounts::PermissionLine>& lines, const std::string& product_name,
                const Language& language) {
  std::vector<manifest::PermissionRef> works;
  std::vector<manifest::PermissionRef> unused;  // granted, but nothing the product does needs it
  std::vector<manifest::PermissionRef> missing;
  std::vector<manifest::PermissionRef> unknown;
  for (const auto& line : lines) {
    if (line.granted == Granted::kYes) {
      (line.needed ? works : unused).push_back(line.permission);
    } else if (line.needed) {
      (line.granted == Granted::kNo ? missing : unknown).push_back(line.permission);
    }
  }
  const manifest::TextArguments arguments{{"provider", provider_name(manifest, language)},
                                          {"product", product_name},
                                          {"count", std::to_string(unused.size())}};
  view.text("works_intro", language.text("confirmation.works", arguments))
      .flag("has_works", !works.empty())
      .list("works", permission_boxes(manifest, language, works))
      .text("unused_intro", language.text("confirmation.unused", arguments))
      .flag("has_unused", !unused.empty())
      .list("unused", permission_boxes(manifest, language, unused))
      .text("works_none", language.text("confirmation.works_none", arguments))
      .text("missing_intro", language.text("confirmation.missing", arguments))
      .text("missing_advice", language.text("confirmation.missing_advice", arguments))
      .flag("has_missing", !missing.empty())
      .list("missing", permission_boxes(manifest, language, missing))
      .text("unknown_intro", language.text("confirmation.unknown", arguments))
      .flag("has_unknown", !unknown.empty())
      .list("unknown", permission_boxes(manifest, language, unknown));
}

View confirmation_view(const manifest::Manifest& manifest, const accounts::AccountDetail& detail,
                       const accounts::LinkOutcome& outcome, const std::string& product_name,
                       const Language& language) {
  const std::string provider = provider_name(manifest, language);
  const manifest::TextArguments arguments{
      {"provider", provider}, {"owner", detail.account.owner_name}, {"product", product_name}};
  auto notices = notice_views(manifest, outcome.notices, language);
  View view;
  view.text("account_id", detail.account.id)
      .text("connector_id", detail.account.connector_id)
      .text("provider", provider)
      .view("logo", logo_view(&manifest, provider))
      .text("headline", language.text(outcome.was_there_before ? "confirmation.headline_updated"
                                                               : "confirmation.headline",
                                      arguments))
      .html("body_html", language.rich(outcome.was_there_before ? "confirmation.body_updated"
                                                                : "confirmation.body",
                                       arguments))
      .flag("has_notices", !notices.empty())
      .list("notices", std::move(notices));
  put_grants(view, manifest, detail.permissions, product_name, language);
  return view;
}

}  // namespace patchbay::web
