// Serves the page with made-up figures: dashboard_preview [--port N] [--scene trading|empty|starting|halted]
// [--mode simulate|dry-run|paper|live] [--speed N]. A kill request halts the made-up engine. Prints its URL.
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>

#include "web/dashboard_server.hpp"
#include "web/preview/synthetic_view.hpp"

namespace {

volatile std::sig_atomic_t stop_asked = 0;

underround::Nanos wall_now() {
  return underround::Nanos{
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count()};
}

std::map<std::string, std::string> parse_options(int argc, char** argv) {
  std::map<std::string, std::string> options{
      {"--port", "3000"}, {"--scene", "trading"}, {"--mode", "simulate"}, {"--speed", "20"}};
  for (int i = 1; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
  return options;
}

int number(const std::string& text) { return std::atoi(text.c_str()); }

}  // namespace

int main(int argc, char** argv) {
  using namespace underround;
  using namespace std::chrono_literals;
  auto options = parse_options(argc, argv);
  const std::string scene = options["--scene"], mode_name = options["--mode"];
  RunMode mode = RunMode::kSimulate;
  for (const RunMode m : {RunMode::kDryRun, RunMode::kPaper, RunMode::kLive}) {
    if (mode_name == to_string(m)) mode = m;
  }
  web::Scene shown = scene == "empty"    ? web::Scene::kEmpty
                     : scene == "halted" ? web::Scene::kHalted
                                         : web::Scene::kTrading;

  Mailbox<EngineView> views;
  SpscRing<web::ControlRequest> controls(16);
  const char* token = std::getenv(web::kTokenVariable);
  auto server = web::DashboardServer::start(
      {.port = static_cast<std::uint16_t>(number(options["--port"])), .token = token == nullptr ? "" : token}, views,
      controls);
  if (!server) {
    fmt::print(stderr, "{}\n", server.error().message);
    return 1;
  }
  fmt::print("{}\n", server.value()->url());
  std::fflush(stdout);
  std::signal(SIGINT, [](int) { stop_asked = 1; });
  std::signal(SIGTERM, [](int) { stop_asked = 1; });

  // Engine time runs faster than real time, so that the curve has a past soon.
  const Nanos started = wall_now();
  const int speed = number(options["--speed"]);
  web::SyntheticEngine engine(shown, mode, started);
  const bool publishing = scene != "starting";
  while (stop_asked == 0) {
    web::ControlRequest request;
    while (controls.pop(request)) {
      fmt::print("kill: {}\n", request.note.view());
      std::fflush(stdout);
      engine = web::SyntheticEngine(web::Scene::kHalted, mode, started);
    }
    if (publishing) {
      engine.picture(started + Nanos{(wall_now() - started).ns * speed}, views.draft());
      views.publish();
    }
    std::this_thread::sleep_for(100ms);
  }
  return 0;
}
