// The REST API of an organisation's server. Sources: "REST API Developer Guide", the resources
// Query, QueryAll, Search, Describe Global, sObject Basic Information, sObject Describe, sObject
// Rows, Recently Viewed Items, Limits; its "Status Codes and Error Responses". For the server's
// thread.
#pragma once

#include <map>

#include "app.h"

namespace salesforce_sandbox {

class Rest {
 public:
  explicit Rest(App& app) : app_(app) {}

  using Answer = sandbox::Response (Rest::*)(Org&, const sandbox::Request&);
  struct Route {
    const char* method;
    std::string path;
    Answer answer;
  };
  static const std::vector<Route>& routes();

  // With the token, the right to use the API, and a request less for the day.
  sandbox::Response call(Answer answer, const sandbox::Request& request);
  void reset() { locators_.clear(); }

 private:
  sandbox::Response query(Org& org, const sandbox::Request& request);
  sandbox::Response query_all(Org& org, const sandbox::Request& request);
  sandbox::Response query_more(Org& org, const sandbox::Request& request);
  sandbox::Response search(Org& org, const sandbox::Request& request);
  sandbox::Response list_objects(Org& org, const sandbox::Request& request);
  sandbox::Response object_info(Org& org, const sandbox::Request& request);
  sandbox::Response describe(Org& org, const sandbox::Request& request);
  sandbox::Response create(Org& org, const sandbox::Request& request);
  sandbox::Response get(Org& org, const sandbox::Request& request);
  sandbox::Response update(Org& org, const sandbox::Request& request);
  sandbox::Response remove(Org& org, const sandbox::Request& request);
  sandbox::Response recent(Org& org, const sandbox::Request& request);
  sandbox::Response limits(Org& org, const sandbox::Request& request);
  sandbox::Response user_info(Org& org, const sandbox::Request& request);

  sandbox::Response run(Org& org, const sandbox::Request& request, bool deleted_too);
  sandbox::Response page(const std::string& locator, std::size_t from);
  // The object of the path, which the user may use so; null: `refusal` says why not.
  const Object* object_for(const sandbox::Request& request, std::string_view access,
                           sandbox::Response& refusal);
  Record* record_for(Org& org, const sandbox::Request& request, std::string_view access,
                     sandbox::Response& refusal);
  // The body's fields, each one the object has; nothing: `refusal` says why not.
  static std::optional<json::object> values_of(const sandbox::Request& request,
                                               const Object& object, sandbox::Response& refusal);

  App& app_;
  std::map<std::string, std::pair<std::string, json::array>, std::less<>>
      locators_;  // -> organisation, records
};

}  // namespace salesforce_sandbox
