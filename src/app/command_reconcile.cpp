// underround reconcile: do the order book service, the data service and the halts on disk agree about the account?
#include <CLI/CLI.hpp>
#include <cstdlib>

#include <fmt/format.h>

#include "app/account_context.hpp"
#include "app/account_readings.hpp"
#include "app/commands.hpp"
#include "app/halt_store.hpp"
#include "app/json_text.hpp"
#include "base/decimal.hpp"

namespace underround::cli {
namespace {

constexpr Shares kTolerance = Shares::from_micros(10'000);

class ReconcileCommand final : public Command {
 public:
  std::string_view name() const override { return "reconcile"; }
  std::string_view summary() const override { return "compare what the venue's services say about the account"; }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file with the venue and the account")->required();
  }
  Outcome run(const Context& context) override {
    auto opened = open_account_context(config_);
    if (!opened) return std::unexpected(opened.error());
    AccountContext& a = **opened;
    const auto cash = read_cash(a);
    if (!cash) return std::unexpected(Failure(cash.error()));
    const auto held = read_positions(a);
    if (!held) return std::unexpected(Failure(held.error()));
    const auto orders = a.clob->pages("/data/orders");
    if (!orders) return std::unexpected(Failure(orders.error()));
    const std::vector<std::string> halted = HaltStore(a.loaded.config.state.dir).halted_markets();

    std::string differences;
    std::size_t count = 0;
    for (const HeldPosition& p : *held) {
      if (std::llabs((p.shares - p.data_shares).micros) <= kTolerance.micros) continue;
      ++count;
      differences += fmt::format(R"({}{{"token":{},"market":{},"outcome":{},"order_book":{},"data":{}}})",
                                 differences.empty() ? "" : ",", json_string(p.token), json_string(p.slug),
                                 json_string(p.outcome), json_string(format_decimal(p.shares.micros, 6)),
                                 json_string(format_decimal(p.data_shares.micros, 6)));
      if (!context.json) {
        fmt::print("{} {}: order book service {}, data service {}\n", p.slug, p.outcome,
                   format_decimal(p.shares.micros, 6), format_decimal(p.data_shares.micros, 6));
      }
    }
    const std::string details = fmt::format(
        R"("usd":{},"positions":{},"open_orders":{},"halted_markets":{},"differences":[{}])",
        json_string(format_decimal(cash->usd.micros, 6)), held->size(), orders->size(), halted.size(), differences);
    if (count > 0) {
      return std::unexpected(Failure(
          Error{
              ErrorCode::kRefused,
              fmt::format("{} position(s) differ by more than 0.01 share; the data service lags the chain by seconds, "
                          "so ask again before you worry",
                          count)},
          kExitFailed, details));
    }
    if (context.json) {
      fmt::print("{{{}}}\n", details);
    } else {
      fmt::print("{} USD, {} positions, {} open orders: the services agree\n", format_decimal(cash->usd.micros, 6),
                 held->size(), orders->size());
      for (const std::string& id : halted) fmt::print("market {} is halted (underround resume)\n", id);
    }
    return {};
  }

 private:
  std::string config_;
};

}  // namespace

std::unique_ptr<Command> make_reconcile_command() { return std::make_unique<ReconcileCommand>(); }

}  // namespace underround::cli
