#pragma once
// What `patchbay preview` shows: the connect page of a manifest, or what is wrong with it.
#include <string>
#include <vector>

#include "author/watched_manifest.h"
#include "web/form_view.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::author {

// How the person wants to see it.
struct PreviewLook {
  std::string language = "en";
  std::string method;        // of the manifest's auth methods; empty: the first
  bool setup_form = false;   // the operator's form instead of the end user's
  bool white_label = false;  // nothing about the hub
  bool operator==(const PreviewLook&) const = default;
};

// The part of a manifest that a look shows.
struct ShownForm {
  const manifest::AuthMethod& method;
  const std::vector<manifest::Field>& fields;
  const manifest::Guide& guide;
};
ShownForm shown_form(const manifest::Manifest& manifest, const PreviewLook& look);

struct PreviewPage {
  const WatchedManifest& file;
  const PreviewLook& look;
  const web::FormState& state;  // what was typed, and what is wrong with it
  bool accepted = false;        // the form took what was typed
  std::string csrf;
};

// A whole page of HTML.
std::string preview_html(const PreviewPage& page);

}  // namespace patchbay::author
