#include "app/commands.hpp"

int main(int argc, char** argv) {
  using namespace underround::cli;
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_demo_command());
  commands.push_back(make_sim_command());
  commands.push_back(make_run_command());
  commands.push_back(make_scan_command());
  commands.push_back(make_replay_command());
  commands.push_back(make_order_command());
  commands.push_back(make_cancel_all_command());
  commands.push_back(make_resume_command());
  commands.push_back(make_config_command());
  commands.push_back(make_version_command());
  return run(argc, argv, std::move(commands));
}
