#include "web/render.h"

#include <kainjow/mustache.hpp>
#include <map>
#include <memory>
#include <stdexcept>

#include "web/assets.h"

namespace patchbay::web {
namespace {

namespace mustache = kainjow::mustache;

mustache::data to_data(const View& view) {
  mustache::data out;
  for (const View::Entry& entry : view.entries()) {
    switch (entry.kind) {
      case View::Kind::kText:
      case View::Kind::kHtml:
        // mustache takes an empty text for true.
        out.set(entry.name,
                entry.text.empty() ? mustache::data(false) : mustache::data(entry.text));
        break;
      case View::Kind::kFlag:
        out.set(entry.name, mustache::data(entry.flag));
        break;
      case View::Kind::kView:
        out.set(entry.name, to_data(entry.views.front()));
        break;
      case View::Kind::kList: {
        mustache::data list(mustache::data::type::list);
        for (const View& item : entry.views) list.push_back(to_data(item));
        out.set(entry.name, list);
        break;
      }
    }
  }
  return out;
}

// Texts, addresses and partials for every page of one language, made when first asked for.
class Shared {
 public:
  explicit Shared(const Language& language) : language_(language) {}

  const mustache::data* text(const std::string& id) {
    return cached(texts_, id, [&] { return language_.text(id); });
  }
  const mustache::data* asset(const std::string& name) {
    return cached(assets_, name, [&] { return std::string(asset_url(name)); });
  }
  const mustache::data* partial(const std::string& name) {
    const Template* found = find_template(name);
    if (found == nullptr) throw std::logic_error("there is no template " + name);
    return cached(partials_, name, [&] { return std::string(found->source); });
  }

 private:
  using Cache = std::map<std::string, mustache::data>;
  template <class Make>
  static const mustache::data* cached(Cache& cache, const std::string& key, Make make) {
    auto found = cache.find(key);
    if (found == cache.end()) found = cache.emplace(key, mustache::data(make())).first;
    return &found->second;
  }

  const Language& language_;
  Cache texts_, assets_, partials_;
};

class PageContext final : public mustache::context<std::string> {
 public:
  PageContext(const mustache::data* data, Shared& shared)
      : mustache::context<std::string>(data), shared_(shared) {}

  const mustache::data* get(const std::string& name) const override {
    if (name.starts_with("t.")) return shared_.text(name.substr(2));
    if (name.starts_with("asset.")) return shared_.asset(name.substr(6));
    return mustache::context<std::string>::get(name);
  }
  const mustache::data* get_partial(const std::string& name) const override {
    return shared_.partial(name);
  }

 private:
  Shared& shared_;
};

// One set per thread: rendering writes into the template object.
mustache::mustache& parsed(std::string_view name) {
  thread_local std::map<std::string, std::unique_ptr<mustache::mustache>, std::less<>> all;
  auto found = all.find(name);
  if (found == all.end()) {
    const Template* source = find_template(name);
    if (source == nullptr) throw std::logic_error("there is no template " + std::string(name));
    auto made = std::make_unique<mustache::mustache>(std::string(source->source));
    made->set_custom_escape([](const std::string& text) { return escape_html(text); });
    found = all.emplace(std::string(name), std::move(made)).first;
  }
  return *found->second;
}

Shared& shared_of(const Language& language) {  // by tag: the caller's object may go
  thread_local std::map<std::string, Shared, std::less<>> all;
  auto found = all.find(language.tag());
  if (found == all.end())
    found = all.emplace(language.tag(), Shared(web::language(language.tag()))).first;
  return found->second;
}

}  // namespace

std::string render(std::string_view template_name, const View& view, const Language& language) {
  const mustache::data data = to_data(view);
  PageContext context(&data, shared_of(language));
  mustache::mustache& page = parsed(template_name);
  std::string html = page.render(context);
  if (!page.is_valid()) {
    throw std::logic_error("template " + std::string(template_name) + ": " + page.error_message());
  }
  return html;
}

}  // namespace patchbay::web
