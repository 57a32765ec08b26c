#include "app/commands.hpp"

int main(int argc, char** argv) {
  using namespace underround::cli;
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_demo_command());
  commands.push_back(make_sim_command());
  commands.push_back(make_run_command());
  commands.push_back(make_scan_command());
  commands.push_back(make_record_command());
  commands.push_back(make_replay_command());
  commands.push_back(make_backtest_command());
  commands.push_back(make_import_command());
  commands.push_back(make_auth_command());
  commands.push_back(make_wallet_command());
  commands.push_back(make_balance_command());
  commands.push_back(make_positions_command());
  commands.push_back(make_orders_command());
  commands.push_back(make_order_command());
  commands.push_back(make_cancel_all_command());
  commands.push_back(make_split_command());
  commands.push_back(make_merge_command());
  commands.push_back(make_redeem_command());
  commands.push_back(make_convert_command());
  commands.push_back(make_reconcile_command());
  commands.push_back(make_doctor_command());
  commands.push_back(make_resume_command());
  commands.push_back(make_journal_command());
  commands.push_back(make_config_command());
  commands.push_back(make_version_command());
  return run(argc, argv, std::move(commands));
}
