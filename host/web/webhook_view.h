#pragma once
// Webhook endpoints and what was sent to them, as table rows and as a page.
#include <cstdint>
#include <string>
#include <vector>

#include "store/webhook_deliveries_table.h"
#include "store/webhook_endpoints_table.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

View webhook_view(const store::WebhookEndpoint& endpoint, std::int64_t now_ms,
                  const Language& language);
View delivery_view(const store::WebhookDelivery& delivery, std::int64_t now_ms,
                   const Language& language);

// The kinds of events that an endpoint asks for; none: all of them.
std::vector<std::string> events_of(const store::WebhookEndpoint& endpoint);
// A list to tick (template check_list).
View event_choices(const std::vector<std::string>& chosen, const Language& language);

}  // namespace patchbay::web
