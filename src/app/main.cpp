#include "app/commands.hpp"

int main(int argc, char** argv) {
  using namespace underround::cli;
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_config_command());
  commands.push_back(make_version_command());
  return run(argc, argv, std::move(commands));
}
