#pragma once
// Settings: where events are sent, and what became of them. Everybody who is signed in sees it;
// operators send tests and send again, admins decide where events go. A secret is shown once, in
// the answer to the form that made it.
#include "web/site.h"
#include "webhooks/webhook_endpoints.h"

namespace patchbay::web {

class WebhookPages {
 public:
  explicit WebhookPages(Site& site) : site_(site), endpoints_(site.options.services) {}
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> list(net::Request& request, const Site::Session& session);
  net::Task<net::Response> show(net::Request& request, const Site::Session& session);
  net::Task<net::Response> create(net::Request& request, const Site::Session& session,
                                  net::Params& form);
  net::Task<net::Response> change(net::Request& request, const Site::Session& session,
                                  net::Params& form);
  net::Task<net::Response> switch_on(net::Request& request, const Site::Session& session);
  net::Task<net::Response> switch_off(net::Request& request, const Site::Session& session);
  net::Task<net::Response> test(net::Request& request, const Site::Session& session);
  net::Task<net::Response> replay(net::Request& request, const Site::Session& session,
                                  net::Params& form);
  net::Task<net::Response> rotate_secret(net::Request& request, const Site::Session& session);
  net::Task<net::Response> ask_remove(net::Request& request, const Site::Session& session);
  net::Task<net::Response> remove(net::Request& request, const Site::Session& session);

  struct Form;
  net::Task<net::Response> show_list(net::Request& request, const Site::Session& session,
                                     Form form);
  net::Task<net::Response> show_one(net::Request& request, const Site::Session& session,
                                    std::optional<Form> form);
  net::Task<net::Response> set_active(net::Request& request, const Site::Session& session,
                                      bool active);
  // Back to the webhook with a message that is shown once; an error's text goes below it. 404 where
  // it is not there.
  net::Response back(const net::Request& request, const Site::Session& session, std::string text,
                     const std::optional<Error>& error = {}) const;
  [[nodiscard]] net::Response show_secret(const net::Request& request, const Site::Session& session,
                                          const store::WebhookEndpoint& endpoint,
                                          const SecretString& secret) const;

  Site& site_;
  webhooks::WebhookEndpoints endpoints_;
};

}  // namespace patchbay::web
