#include "moving/importer.h"

#include <algorithm>
#include <array>

#include "accounts/handed_over.h"
#include "accounts/refresher.h"
#include "moving/origin.h"
#include "store/accounts_table.h"
#include "store/connect_sessions_table.h"
#include "store/integrations_table.h"

namespace patchbay::moving {

using net::Task;

namespace {

Error refuse(std::string why) {
  return make_error(ErrorCode::kInvalidArgument, std::move(why));
}

bool signs_in(const manifest::AuthMethod& method) {
  return method.grant_type == manifest::GrantType::kAuthorizationCode;
}

}  // namespace

std::string_view to_word(Did did) {
  static constexpr std::array<std::string_view, 8> kWords{
      "imported", "unproven", "reconnect", "link", "already", "failed", "ready", "would-link"};
  return kWords[static_cast<std::size_t>(did)];
}

// One row on its way.
struct Importer::Work {
  SourceRow row;
  connector::ConnectorPtr connector;
  std::optional<store::Integration> integration;  // nothing: linking makes the default one
  const manifest::AuthMethod* method = nullptr;
  std::optional<store::Account> broken;  // imported before, and out of order by now
  bool multiple = false;
  std::vector<connector::NamedSecret> form;

  [[nodiscard]] std::string key() const {
    return EarlierLinks::key(connector->id, row.owner_id, row.id);
  }
};

Task<Outcome> Importer::import(SourceRow row) {
  Work work;
  work.row = std::move(row);
  auto done = co_await work_on(work);
  Outcome outcome;
  if (done) {
    outcome = *std::move(done);
  } else {
    outcome.detail = done.error().message;
    if (!done.error().provider_answer.empty())
      outcome.detail += " (the provider said: " + done.error().provider_answer + ")";
  }
  if (work.connector) outcome.connector_id = work.connector->id;
  outcome.connector = work.connector;
  co_return outcome;
}

Task<Result<Outcome>> Importer::work_on(Work& work) {
  if (!knows_links_) {
    PATCHBAY_CO_TRY(co_await links_.find());
    knows_links_ = true;
  }
  if (!work.row.problem.empty()) co_return refuse(work.row.problem);
  PATCHBAY_CO_TRY(choose_connector(work));
  PATCHBAY_CO_TRY(co_await choose_integration(work));
  work.form = form_of(work.row.fields, *work.method, work.connector->id, options_.renamings);
  Outcome there;
  PATCHBAY_CO_TRY_ASSIGN(const bool done, co_await is_there(work, there));
  if (done) {
    if (!options_.dry_run) PATCHBAY_CO_TRY(co_await end_links(work));
    co_return there;
  }
  if (work.row.tokens && signs_in(*work.method)) co_return co_await take_tokens(work);
  const bool has_form = std::ranges::any_of(
      work.row.fields, [](const auto& field) { return field.role != FieldRole::kExtra; });
  if (has_form && !signs_in(*work.method)) co_return co_await link_form(work);
  if (options_.make_links) co_return co_await make_link(work);
  if (work.row.tokens)
    co_return refuse(
        "it holds tokens, and this connector's integration wants fields of a form; give those as "
        "CSV, or make connect links with --links FILE");
  co_return refuse(
      "the file holds no credentials of it that can be taken over; make connect links with --links "
      "FILE");
}

Result<> Importer::choose_connector(Work& work) const {
  const auto& row = work.row;
  const auto mapped = options_.map.find(row.provider);
  for (const auto& id :
       {mapped == options_.map.end() ? row.provider : mapped->second, row.provider_kind}) {
    if (id.empty() || work.connector) continue;
    work.connector = services_.registry.find(id);
    if (mapped != options_.map.end()) break;
  }
  if (work.connector) return {};
  const auto wanted = mapped == options_.map.end() ? row.provider : mapped->second;
  return make_error(ErrorCode::kNotFound, "there is no ready connector \"" + printable(wanted) +
                                              "\"; say --map " + printable(row.provider) +
                                              "=CONNECTOR, and see: patchbay connectors list");
}

Task<Result<>> Importer::choose_integration(Work& work) {
  const auto& id = work.connector->id;
  PATCHBAY_CO_TRY_ASSIGN(const auto all, co_await services_.store.read([&](store::Database& db) {
    return store::integrations_table::list(db, options_.project_id, id);
  }));
  const auto& environment = work.row.environment;
  std::vector<const store::Integration*> fit;
  for (const auto& one : all) {
    if (!options_.integration_id.empty() && one.id != options_.integration_id) continue;
    if (environment.empty() && options_.integration_id.empty() && !one.is_default) continue;
    if (!environment.empty() && one.environment != environment) continue;
    fit.push_back(&one);
  }
  if (!options_.integration_id.empty() && fit.empty())
    co_return refuse(environment.empty()
                         ? "the integration is for another connector than " + id
                         : "the integration is for another connector or environment");
  if (fit.size() > 1) std::erase_if(fit, [](const auto* one) { return !one->is_default; });
  if (fit.size() == 1) work.integration = *fit.front();
  const auto& manifest = *work.connector->manifest;
  if (manifest.auth_methods.empty()) co_return refuse("the connector has no way of connecting");
  work.method = work.integration ? manifest.find_auth_method(work.integration->auth_method)
                                 : &manifest.auth_methods.front();
  if (work.method == nullptr)
    co_return refuse("the integration uses a way of connecting that the connector no longer has");
  // Without an integration the default one is made, of the first environment.
  if (!work.integration && !environment.empty() &&
      (fit.size() > 1 || !all.empty() || work.method->environments.front().id != environment))
    co_return refuse("there is no one integration of " + id + " with the environment " +
                     printable(environment) + "; make one, or say which with --integration");
  if (work.integration && !work.integration->active)
    co_return refuse("the integration is switched off");
  const bool is_set_up = work.integration && !work.integration->sealed_setup.empty();
  if (!is_set_up && std::ranges::any_of(work.method->setup_fields, &manifest::Field::required))
    co_return refuse("the integration has not been set up; see: patchbay integrations setup " + id);
  co_return Result<>();
}

// Looks at the accounts that the owner has with this connector. True: there is nothing to do.
Task<Result<bool>> Importer::is_there(Work& work, Outcome& outcome) {
  store::AccountFilter filter;
  filter.project_id = options_.project_id;
  filter.owner_ids = {work.row.owner_id};
  filter.connector_ids = {work.connector->id};
  filter.limit = store::AccountFilter::kMaxLimit;
  PATCHBAY_CO_TRY_ASSIGN(const auto accounts,
                         co_await services_.store.read([&](store::Database& db) {
                           return store::accounts_table::list(db, filter);
                         }));
  outcome.did = Did::kAlready;
  for (const auto& account : accounts) {
    const auto origin = origin_in(account.metadata);
    if (origin.source == options_.source && origin.id == work.row.id) {
      outcome.account_id = account.id;
      if (account.status != store::AccountStatus::kError) co_return true;
      work.broken = account;
      co_return false;
    }
    if (origin.source == options_.source) {
      work.multiple = true;
      continue;
    }
    outcome.account_id = account.id;
    outcome.detail = "the owner has connected this provider here already";
  }
  if (!outcome.account_id.empty()) co_return true;
  if (seen_.contains(work.key())) {
    outcome.detail = "the file has it twice";
    co_return true;
  }
  if (options_.dry_run) seen_.insert(work.key());
  co_return false;
}

// Of earlier runs, to the account that the row is of.
Task<Result<>> Importer::end_links(const Work& work) {
  PATCHBAY_CO_TRY_ASSIGN(const int ended, co_await links_.withdraw(work.key()));
  if (ended > 0) record(work, "account.link_withdrawn", work.broken ? work.broken->id : "");
  co_return Result<>();
}

accounts::SessionRequest Importer::session_for(const Work& work) const {
  accounts::SessionRequest wanted;
  wanted.project_id = options_.project_id;
  wanted.owner_id = work.row.owner_id;
  wanted.owner_name = work.row.owner_name;
  wanted.username = work.row.username;
  wanted.connector_id = work.connector->id;
  wanted.integration_id = work.integration ? work.integration->id : "";
  wanted.account_id = work.broken ? work.broken->id : "";
  wanted.multiple = work.multiple;
  wanted.label = work.row.label;
  wanted.metadata = with_origin(work.row, options_.source);
  return wanted;
}

void Importer::record(const Work& work, std::string_view kind,
                      const std::string& account_id) const {
  audit::append_or_complain(&services_.audit, {.kind = std::string(kind),
                                               .project_id = options_.project_id,
                                               .account_id = account_id,
                                               .subject = options_.source + " " + work.row.id,
                                               .connector_id = work.connector->id,
                                               .actor = options_.actor});
}

Task<Result<Outcome>> Importer::link_form(Work& work) {
  Outcome outcome;
  if (options_.dry_run) {
    manifest::FormView view;
    for (const auto& field : work.form) view[field.name] = field.value.reveal();
    outcome.field_problems = manifest::check_form(*work.method, view);
    if (outcome.field_problems.empty()) outcome.did = Did::kReady;
    co_return outcome;
  }
  PATCHBAY_CO_TRY_ASSIGN(auto opened, co_await service_.create_session(session_for(work)));
  accounts::LinkRequest request;
  request.session = opened.session;
  request.connector_id = work.connector->id;
  request.form = accounts::split_form(*work.method, std::move(work.form));
  request.cancel = connector::make_cancel_flag();
  auto linked = co_await service_.link(std::move(request));
  if (linked.waiting) (void)co_await service_.linker().give_up(opened.session);
  // Nobody has its token.
  if (!linked.account)
    (void)co_await services_.store.transact([id = opened.session.id](store::Database& db) {
      return store::connect_sessions_table::cancel(db, id);
    });
  if (linked.waiting)
    co_return refuse(
        "the provider wants to know more from the person; make connect links with --links FILE");
  if (!linked.account) {
    outcome.detail = linked.error.message;
    outcome.message = std::move(linked.message);
    outcome.field_problems = std::move(linked.field_problems);
    co_return outcome;
  }
  outcome.did = Did::kImported;
  outcome.account_id = linked.account->id;
  record(work, "account.imported", outcome.account_id);
  PATCHBAY_CO_TRY(co_await end_links(work));
  co_return outcome;
}

Task<Result<Outcome>> Importer::take_tokens(Work& work) {
  if (!work.integration)
    co_return refuse(
        "there is no integration to take tokens over into; see: patchbay integrations setup " +
        work.connector->id);
  auto& from = *work.row.tokens;
  accounts::HandedOver handed;
  const auto& names = work.method->tokens;
  const bool renewable =
      !from.refresh_token.empty() && work.method->renewal != manifest::Renewal::kNever;
  if (renewable) handed.secrets.push_back({"refresh_token", std::move(from.refresh_token)});
  if (!from.access_token.empty() && names.size() == 1)
    handed.tokens.push_back({names.front().name, std::move(from.access_token), "Bearer",
                             from.expires_unix_ms, from.scopes.value_or(""),
                             from.scopes.has_value()});
  const bool over = from.expires_unix_ms != 0 && from.expires_unix_ms <= services_.clock.unix_ms();
  if (!renewable && (handed.tokens.empty() || over))
    co_return refuse(
        over
            ? "its access token has run out and there is no refresh token; export with "
              "refresh_token=true, or make connect links with --links FILE"
            : "it holds no refresh token, and an access token alone does not do here; make connect "
              "links with --links FILE");
  Outcome outcome;
  outcome.did = Did::kReady;
  if (options_.dry_run) co_return outcome;

  if (work.broken) handed.account = *work.broken;
  handed.account.owner_id = work.row.owner_id;
  handed.account.owner_name = work.row.owner_name;
  handed.account.username = work.row.username;
  handed.account.label = work.row.label;
  handed.account.metadata = with_origin(work.row, options_.source);
  handed.integration = *work.integration;
  handed.connector = work.connector;
  handed.facts = told_facts(*work.connector->manifest, work.row.fields);
  handed.multiple = work.multiple;
  PATCHBAY_CO_TRY_ASSIGN(auto account,
                         co_await accounts::take_over(services_, keeper_, std::move(handed),
                                                      {.actor = options_.actor}));
  record(work, "account.imported", account.id);
  PATCHBAY_CO_TRY(co_await end_links(work));
  if (options_.verify && renewable) co_return co_await prove(work, std::move(account));
  outcome.did = Did::kUnproven;
  outcome.account_id = account.id;
  outcome.detail = renewable ? "not asked for" : "nothing renews its token, so nothing proves it";
  co_return outcome;
}

// The first refresh, under the rules that every refresh has.
Task<Result<Outcome>> Importer::prove(Work& work, store::Account account) {
  Outcome outcome;
  outcome.account_id = account.id;
  const auto refreshed = co_await keeper_.refresh(account.project_id, account.id);
  if (refreshed) {
    outcome.did = Did::kImported;
    co_return outcome;
  }
  outcome.detail = refreshed.error().message;
  const auto now = co_await service_.get(account.project_id, account.id);
  const bool refused = accounts::is_final(refreshed.error().code) ||
                       (now && now->status == store::AccountStatus::kError);
  outcome.did = refused ? Did::kReconnect : Did::kUnproven;
  if (!refused || !options_.make_links || !now) co_return outcome;
  work.broken = *now;
  auto linked = co_await make_link(work);
  if (!linked) co_return outcome;
  linked->did = Did::kReconnect;
  linked->detail = std::move(outcome.detail);
  co_return linked;
}

Task<Result<Outcome>> Importer::make_link(Work& work) {
  Outcome outcome;
  outcome.did = Did::kWouldLink;
  const bool again = links_.has(work.key());
  if (again) outcome.detail = "in place of the link of an earlier run";
  if (options_.dry_run) co_return outcome;
  PATCHBAY_CO_TRY(co_await end_links(work));
  auto wanted = session_for(work);
  wanted.expires_in_s = options_.link_seconds;
  // Whichever of an owner's links is used first: none takes the place of another's account.
  wanted.multiple = true;
  PATCHBAY_CO_TRY_ASSIGN(auto opened, co_await service_.create_session(std::move(wanted)));
  record(work, "account.link_made", opened.session.account_id);
  seen_.insert(work.key());
  outcome.did = Did::kLink;
  outcome.account_id = opened.session.account_id;
  outcome.link_token = std::move(opened.token);
  outcome.link_expires = opened.session.expires;
  co_return outcome;
}

}  // namespace patchbay::moving
