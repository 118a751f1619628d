#include <iostream>

#include "author/preview_pages.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/stop_signal.h"
#include "net/http_server.h"

namespace patchbay::cli {
namespace {

struct PreviewOptions {
  std::string file;
  std::uint16_t port = 0;
};

void say_what_is_wrong(const author::WatchedManifest& file) {
  const auto& problems = file.outcome().problems;
  if (!problems.empty())
    std::cerr << file.path() << " has problems; the page shows them, the first is:\n  "
              << problems.front().pointer << " " << problems.front().message << "\n";
}

int preview(const PreviewOptions& options) {
  author::WatchedManifest file(options.file);
  file.look();
  if (!file.outcome().ok() && file.outcome().problems.front().rule == "file")
    return report(make_error(ErrorCode::kNotFound,
                             options.file + ": " + file.outcome().problems.front().message));
  OsRandom random;
  author::PreviewPages pages(file, random);
  net::Router router;
  pages.add_routes(router);
  net::LoopPool loops(1);
  net::ServerOptions server_options;
  server_options.port = options.port;
  auto server =
      net::HttpServer::start(loops, std::move(server_options),
                             [&router](net::Request& request) { return router.dispatch(request); });
  if (!server) return report(server.error());
  say_what_is_wrong(file);
  std::cout << "Open this link; it works once, and the page follows the file:\n  http://localhost:"
            << (*server)->port() << pages.link_path().reveal() << "\nCtrl-C ends it.\n"
            << std::flush;
  loops.start();
  loops.block_on(until_stopped());
  (void)loops.block_on((*server)->stop(std::chrono::seconds(1)));
  loops.stop();
  return 0;
}

}  // namespace

void add_preview_command(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand(
      "preview",
      "Show a manifest's form and guide in the browser while you edit it: in every language, with\n"
      "the hub's name or white-labelled, or what is wrong with it. Nothing is sent anywhere.\n"
      "  patchbay preview manifest.json");
  auto options = std::make_shared<PreviewOptions>();
  command->add_option("FILE", options->file, "The manifest")->type_name("FILE")->required();
  command->add_option("--port", options->port, "Port on 127.0.0.1; 0: any free one")
      ->capture_default_str();
  command->callback([&run, options] { run = [options] { return preview(*options); }; });
}

}  // namespace patchbay::cli
