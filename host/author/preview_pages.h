#pragma once
// The pages of `patchbay preview`, for one browser: whoever opens the one-time link first. Nothing
// that is typed leaves the machine or outlives the answer, except what is not secret, until the
// page was shown again. One loop; must outlive the router.
//
//   GET /preview/{token}  once; then  GET /connect  POST /connect  GET /show  GET /version
//   GET /assets/{file}  GET /logos/{connector}/{hash}
#include <functional>
#include <optional>
#include <string>

#include "author/preview_view.h"
#include "author/watched_manifest.h"
#include "base/random.h"
#include "base/secret.h"
#include "net/router.h"

namespace patchbay::author {

class PreviewPages {
 public:
  PreviewPages(WatchedManifest& file, Random& random);

  void add_routes(net::Router& router);
  // "/preview/TOKEN", for whoever started it alone.
  [[nodiscard]] SecretString link_path() const;

 private:
  using Page = net::Response (PreviewPages::*)(net::Request&);
  net::Handler guarded(Page page);
  [[nodiscard]] bool is_let_in(const net::Request& request) const;
  net::Response let_in(net::Request& request);
  net::Response show(net::Request& request);
  net::Response check(net::Request& request);
  net::Response change_look(net::Request& request);
  net::Response version(net::Request& request);
  net::Response logo(net::Request& request);
  [[nodiscard]] net::Response turned_away() const;

  WatchedManifest& file_;
  SecretString token_;
  SecretString cookie_;
  bool opened_ = false;
  PreviewLook look_;
  web::FormState state_;
  bool accepted_ = false;
};

}  // namespace patchbay::author
