// Every command's factory; main.cpp lists them in the order `underround --help` shows.
#pragma once

#include <memory>

#include "app/cli.hpp"

namespace underround::cli {

[[nodiscard]] std::unique_ptr<Command> make_demo_command();
[[nodiscard]] std::unique_ptr<Command> make_sim_command();
[[nodiscard]] std::unique_ptr<Command> make_run_command();
[[nodiscard]] std::unique_ptr<Command> make_scan_command();
[[nodiscard]] std::unique_ptr<Command> make_record_command();
[[nodiscard]] std::unique_ptr<Command> make_replay_command();
[[nodiscard]] std::unique_ptr<Command> make_backtest_command();
[[nodiscard]] std::unique_ptr<Command> make_import_command();
[[nodiscard]] std::unique_ptr<Command> make_resume_command();
[[nodiscard]] std::unique_ptr<Command> make_auth_command();
[[nodiscard]] std::unique_ptr<Command> make_wallet_command();
[[nodiscard]] std::unique_ptr<Command> make_balance_command();
[[nodiscard]] std::unique_ptr<Command> make_positions_command();
[[nodiscard]] std::unique_ptr<Command> make_orders_command();
[[nodiscard]] std::unique_ptr<Command> make_order_command();
[[nodiscard]] std::unique_ptr<Command> make_cancel_all_command();
[[nodiscard]] std::unique_ptr<Command> make_split_command();
[[nodiscard]] std::unique_ptr<Command> make_merge_command();
[[nodiscard]] std::unique_ptr<Command> make_redeem_command();
[[nodiscard]] std::unique_ptr<Command> make_convert_command();
[[nodiscard]] std::unique_ptr<Command> make_reconcile_command();
[[nodiscard]] std::unique_ptr<Command> make_doctor_command();
[[nodiscard]] std::unique_ptr<Command> make_journal_command();
[[nodiscard]] std::unique_ptr<Command> make_journal_export_command();  // below `journal`
[[nodiscard]] std::unique_ptr<Command> make_config_command();
[[nodiscard]] std::unique_ptr<Command> make_version_command();

}  // namespace underround::cli
