// The commands on an account, end to end: the built program against the simulator, which checks every signature.
#include "app/cli.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "app/account_lock.hpp"
#include "app/run_binary.hpp"
#include "base/decimal.hpp"
#include "crypto/u256.hpp"
#include "journal/journal.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "simulator/server/evm_install.hpp"
#include "simulator/server/simulator_server.hpp"

namespace underround::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A well-known test key; the account is its own address.
constexpr char kKey[] = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
constexpr char kAddress[] = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
constexpr char kYeses[] = "UNDERROUND_LIVE=i-understand UNDERROUND_LIVE__ENABLED=true ";

class AccountCommands : public RunBinary {
 protected:
  void SetUp() override {
    RunBinary::SetUp();
    auto server = simulator::SimulatorServer::start(
        {.seed = 7, .markets = 100, .paused = false, .warm_up = Nanos::from_seconds(120), .local_evm = local_evm_});
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    const simulator::ServiceUrls& u = server_->urls();
    write("sim.toml", "venue.kind = \"polymarket\"\nvenue.gamma_url = \"" + u.gamma + "\"\nvenue.clob_url = \"" +
                          u.clob + "\"\nvenue.data_url = \"" + u.data + "\"\nvenue.market_ws_url = \"" + u.ws_market +
                          "\"\nvenue.user_ws_url = \"" + u.ws_user +
                          "\"\nbinance.symbols = []\naccount.type = \"eoa\"\naccount.credentials_file = \"api.json\"\n"
                          "chain.rpc_url = \"http://127.0.0.1:9\"\nstate.dir = \"state\"\n");
    ask(u.control, "POST", "/faucet", std::string(R"({"address":")") + kAddress + R"(","usd":"1000"})");
    // A market with a book to take from.
    simdjson::dom::parser parser;
    const simdjson::dom::array markets = parser.parse(ask(u.gamma, "GET", "/markets?closed=false&limit=50", ""));
    for (const simdjson::dom::element m : markets) {
      const double ask_price = m["bestAsk"].get_double().value_unsafe();
      if (ask_price < 0.15 || ask_price > 0.6) continue;
      market_ = std::string(std::string_view(m["slug"]));
      condition_ = std::string(std::string_view(m["conditionId"]));
      simdjson::dom::parser inner;
      token_ = std::string(std::string_view(
          inner.parse(std::string(std::string_view(m[m["clobTokenIds"].is_null() ? "positionIds" : "clobTokenIds"])))
              .at(0)));
      above_ask_ = fmt::format("{:.2f}", ask_price + 0.03);  // inside the collar, through the touch
      break;
    }
    ASSERT_FALSE(market_.empty());
  }
  static std::string ask(const std::string& base, const std::string& method, const std::string& target,
                         const std::string& body) {
    net::EventLoop loop;
    net::HttpClient client(loop, {.base_url = base});
    net::HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    const auto answer = client.fetch(request);
    EXPECT_TRUE(answer.has_value() && answer->status == 200) << target;
    return answer ? answer->body : "";
  }
  Ran command(const std::string& arguments, const std::string& variables = "") const {
    return run(arguments + " --config sim.toml", "UNDERROUND_PRIVATE_KEY=" + std::string(kKey) + " " + variables);
  }
  std::string text(const std::string& json, const char* pointer) {
    simdjson::dom::element root;
    std::string_view value;
    EXPECT_EQ(parser_.parse(json).get(root), simdjson::SUCCESS) << json;
    EXPECT_EQ(root.at_pointer(pointer).get(value), simdjson::SUCCESS) << pointer << " in " << json;
    return std::string(value);
  }
  [[nodiscard]] std::string place(const std::string& rest) const { return "order place " + market_ + " " + rest; }

  std::unique_ptr<simulator::SimulatorServer> server_;
  std::string market_, condition_, token_, above_ask_;
  bool local_evm_ = false;
  simdjson::dom::parser parser_;
};

TEST_F(AccountCommands, CredentialsAreMadeOnceAndKeptForTheOwnerAlone) {
  const Ran first = command("auth derive --json");
  ASSERT_EQ(first.exit_code, kExitOk) << first.err;
  EXPECT_EQ(text(first.out, "/address"), kAddress);
  const auto mode = std::filesystem::status(folder_ / "api.json").permissions();
  EXPECT_EQ(mode & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(text(command("auth derive --json").out, "/api_key"), text(first.out, "/api_key"));
  std::filesystem::permissions(folder_ / "api.json", std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  const Ran shared = command("auth derive");
  EXPECT_EQ(shared.exit_code, kExitFailed);
  EXPECT_THAT(shared.err, HasSubstr("chmod 600"));
}

TEST_F(AccountCommands, TheKeyIsNeverPrinted) {
  for (const char* arguments : {"auth derive", "auth derive --json", "balance", "wallet status", "doctor"}) {
    const Ran ran = command(arguments);
    EXPECT_THAT(ran.out + ran.err, Not(HasSubstr(std::string(kKey).substr(0, 16)))) << arguments;
  }
  const Ran wrong = run("balance --config sim.toml", "UNDERROUND_PRIVATE_KEY=" + std::string(kKey).substr(0, 60));
  EXPECT_EQ(wrong.exit_code, kExitFailed);
  EXPECT_THAT(wrong.err, HasSubstr("UNDERROUND_PRIVATE_KEY"));
  EXPECT_THAT(wrong.err, Not(HasSubstr(std::string(kKey).substr(0, 16))));
}

TEST_F(AccountCommands, TheDoctorLooksAtEverything) {
  const Ran ran = command("doctor --json", "UNDERROUND_CHAIN__RPC_URL=" + server_->urls().rpc + " ");
  EXPECT_EQ(ran.exit_code, kExitOk) << ran.out << ran.err;
  for (const char* check : {"proxy", "host order book", "clock", "region", "key", "API key", "rate tier", "balance",
                            "allowances", "chain"}) {
    EXPECT_THAT(ran.out, HasSubstr("\"check\":\"" + std::string(check) + "\"")) << check;
  }
  EXPECT_THAT(ran.out, HasSubstr(R"("check":"rate tier","verdict":"ok","found":"Standard")"));
}

TEST_F(AccountCommands, AnOrderByHandRestsIsListedAndIsCancelled) {
  const Ran placed = command(place("buy yes --price 0.05 --size 20 --mode live --json"), kYeses);
  ASSERT_EQ(placed.exit_code, kExitOk) << placed.err;
  EXPECT_EQ(text(placed.out, "/status"), "live");
  const std::string id = text(placed.out, "/order_id");
  EXPECT_THAT(command("orders --json").out, HasSubstr(id));
  const Ran cancelled = command("order cancel " + id + " --json");
  EXPECT_EQ(cancelled.exit_code, kExitOk) << cancelled.err;
  EXPECT_THAT(cancelled.out, HasSubstr("\"canceled\":[\"" + id));
  EXPECT_THAT(command("orders --json").out, Not(HasSubstr(id)));
  // Again: it is gone, and that is said.
  EXPECT_EQ(command("order cancel " + id).exit_code, kExitFailed);
}

TEST_F(AccountCommands, TakingIsPaidAndBecomesAPosition) {
  const Ran taken =
      command(place("buy yes --price " + above_ask_ + " --size 20 --type fak --mode live --json"), kYeses);
  ASSERT_EQ(taken.exit_code, kExitOk) << taken.err << taken.out;
  EXPECT_EQ(text(taken.out, "/status"), "filled");
  const Ran positions = command("positions --json");
  EXPECT_EQ(text(positions.out, "/positions/0/shares"), text(taken.out, "/matched"));
  EXPECT_EQ(command("reconcile").exit_code, kExitOk);
}

TEST_F(AccountCommands, ADryRunChecksAndSendsNothing) {
  const Ran dry = command(place("buy yes --price 0.05 --size 20 --json"));
  ASSERT_EQ(dry.exit_code, kExitOk) << dry.err;
  EXPECT_EQ(text(dry.out, "/status"), "dry_run");
  EXPECT_EQ(text(dry.out, "/order_id").size(), 66U) << "named and signed all the same";
  EXPECT_EQ(command("orders --json").out, "{\"orders\":[]}\n");
}

TEST_F(AccountCommands, MoneyMovesOnlyWithThreeYeses) {
  for (const std::string& arguments :
       {place("buy yes --price 0.05 --size 20 --mode live"), "merge " + market_ + " --amount 1 --mode live",
        std::string("wallet approve --mode live"), std::string("run --mode live")}) {
    const Ran ran = command(arguments, "UNDERROUND_LIVE__ENABLED=true");
    EXPECT_EQ(ran.exit_code, kExitFailed) << arguments;
    EXPECT_THAT(ran.err, HasSubstr("UNDERROUND_LIVE=i-understand")) << arguments;
  }
  EXPECT_EQ(command("orders --json").out, "{\"orders\":[]}\n");
}

// The same account on a real Ethereum virtual machine with the Conditional Tokens contract.
class OnAVirtualMachine : public AccountCommands {
 protected:
  void SetUp() override {
    const auto evm = simulator::find_evm();
    if (!evm) GTEST_SKIP() << evm.error().message;
    local_evm_ = true;
    AccountCommands::SetUp();
  }
  // Shares of token_ that `owner` has, as the contract says.
  std::string on_chain(const std::string& owner) {
    const std::string data =
        "0x00fdd58e" + std::string(24, '0') + owner.substr(2) + crypto::U256::parse(token_).value().to_hex().substr(2);
    const std::string answer =
        text(ask(server_->urls().rpc, "POST", "/",
                 fmt::format(
                     R"({{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{{"to":"{}","data":"{}"}},"latest"]}})",
                     "0x4D97DCd97eC945f40cF65F87097ACe5EA0476045", data)),
             "/result");
    return format_decimal(std::stoll(answer, nullptr, 16), 6);
  }
};

TEST_F(OnAVirtualMachine, RealBytecodeSplitsMergesAndHoldsWhatWasBought) {
  const simulator::ServiceUrls& u = server_->urls();
  const std::string variables = std::string(kYeses) + "UNDERROUND_CHAIN__RPC_URL=" + u.rpc +
                                " UNDERROUND_CHAIN__CONFIRMATIONS=1 UNDERROUND_CHAIN__POLL_MS=20 ";
  ASSERT_EQ(command("wallet approve --mode live", variables).exit_code, kExitOk);
  const Ran split = command("split " + market_ + " --amount 10 --mode live", variables);
  ASSERT_EQ(split.exit_code, kExitOk) << split.err;
  EXPECT_EQ(on_chain(kAddress), "10");
  const Ran merged = command("merge " + market_ + " --amount 4 --mode live", variables);
  ASSERT_EQ(merged.exit_code, kExitOk) << merged.err;
  EXPECT_EQ(on_chain(kAddress), "6");
  const Ran more = command("merge " + market_ + " --amount 7 --mode live", variables);
  EXPECT_THAT(more.err, HasSubstr("SafeMath: subtraction overflow"));
  // Bought on the order book, delivered on the chain.
  const Ran taken =
      command(place("buy yes --price " + above_ask_ + " --size 20 --type fak --mode live --json"), kYeses);
  ASSERT_EQ(taken.exit_code, kExitOk) << taken.err << taken.out;
  const std::string wanted = format_decimal(parse_decimal(text(taken.out, "/matched"), 6).value() + 6'000'000, 6);
  const Nanos give_up = net::EventLoop::wall_now() + Nanos::from_seconds(20);
  while (on_chain(kAddress) != wanted && net::EventLoop::wall_now() < give_up) continue;
  EXPECT_EQ(on_chain(kAddress), wanted);
}

// One command each: approve, split, merge, look. Signed transactions in blocks for an address, the relayer for a
// wallet.
TEST_F(AccountCommands, SetsAreSplitAndMergedOnChain) {
  const simulator::ServiceUrls& u = server_->urls();
  ask(u.control, "POST", "/time", R"({"speed":20})");
  const std::string key =
      text(ask(u.control, "POST", "/relayer-keys", fmt::format(R"({{"address":"{}"}})", kAddress)), "/apiKey");
  constexpr char kDepositWallet[] = "0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50";
  ask(u.control, "POST", "/faucet", fmt::format(R"({{"address":"{}","usd":"50"}})", kDepositWallet));
  for (const std::string type : {"eoa", "deposit"}) {
    const std::string who = type == "eoa" ? kAddress : kDepositWallet;
    ask(u.control, "POST", "/allowances", fmt::format(R"({{"address":"{}","collateral":"0","tokens":false}})", who));
    const std::string variables =
        std::string(kYeses) +
        fmt::format(
            "UNDERROUND_ACCOUNT__TYPE={} UNDERROUND_CHAIN__RPC_URL={} "
            "UNDERROUND_CHAIN__RELAYER_URL={} UNDERROUND_CHAIN__CONFIRMATIONS=1 UNDERROUND_CHAIN__POLL_MS=20 "
            "UNDERROUND_RELAYER_API_KEY={} ",
            type, u.rpc, u.relayer, key);
    const Ran early = command("split " + market_ + " --amount 10 --mode live", variables);
    EXPECT_EQ(early.exit_code, kExitFailed) << type;
    EXPECT_THAT(early.err, HasSubstr("wallet approve")) << type;
    const Ran approved = command("wallet approve --mode live", variables);
    ASSERT_EQ(approved.exit_code, kExitOk) << type << approved.err;
    const Ran split = command("split " + market_ + " --amount 10 --mode live --json", variables);
    ASSERT_EQ(split.exit_code, kExitOk) << type << split.err;
    const Ran merged = command("merge " + market_ + " --amount 4 --mode live --json", variables);
    ASSERT_EQ(merged.exit_code, kExitOk) << type << merged.err;
    const Ran positions = command("positions --json", variables);
    EXPECT_EQ(text(positions.out, "/positions/0/shares"), "6") << type;
    EXPECT_EQ(text(positions.out, "/positions/1/shares"), "6") << type;
    const Ran more = command("merge " + market_ + " --amount 7 --mode live", variables);
    EXPECT_EQ(more.exit_code, kExitFailed) << type;
    EXPECT_THAT(more.err, HasSubstr("SafeMath: subtraction overflow")) << type;
  }
}

TEST_F(AccountCommands, TheRiskRoomSeesOrdersByHandToo) {
  const Ran large =
      command(place("buy yes --price " + above_ask_ + " --size 900 --type fak --mode live --json"), kYeses);
  EXPECT_EQ(large.exit_code, kExitFailed);
  EXPECT_EQ(text(large.out, "/error/refusal"), "risk: max_order");
  const Ran far = command(place("sell yes --price 0.60 --size 5 --mode live --json"), kYeses);
  EXPECT_EQ(text(far.out, "/error/refusal"), "risk: shares");
  ASSERT_EQ(run("config check sim.toml").exit_code, kExitOk);
  std::filesystem::create_directories(folder_ / "state");
  write("state/halted_markets", condition_ + "\n");
  const Ran market = command(place("buy yes --price 0.05 --size 20 --mode live --json"), kYeses);
  EXPECT_EQ(text(market.out, "/error/refusal"), "risk: market_halted");
  write("state/halt", "kill_switch\nana pulled it\n");
  const Ran halted = command(place("buy yes --price 0.05 --size 20 --mode live --json"), kYeses);
  EXPECT_EQ(text(halted.out, "/error/refusal"), "risk: halted");
}

TEST_F(AccountCommands, BadWordsAreUsageErrorsAndChangeNothing) {
  for (const std::string& arguments :
       {place("buy yes --price 1.5 --size 20"), place("buy yes --price 0.5 --size 0.001"),
        place("hold yes --price 0.5 --size 5"), place("buy perhaps --price 0.5 --size 5"),
        place("buy yes --price 0.5 --size 5 --type gtd"), place("buy yes --price 0.5 --size 5 --type fok --post-only"),
        std::string("order cancel 0x12"), "merge " + market_ + " --amount -1"}) {
    EXPECT_EQ(command(arguments).exit_code, kExitUsage) << arguments;
  }
  const Ran unknown = command("order place no-such-market buy yes --price 0.5 --size 5");
  EXPECT_EQ(unknown.exit_code, kExitFailed);
  EXPECT_THAT(unknown.err, HasSubstr("no market is called 'no-such-market'"));
}

TEST_F(AccountCommands, LiveTradesReconcilesAndLeavesNothingInTheBook) {
  const Ran ran =
      command("run --mode live --duration 4s --headless --json", std::string(kYeses) +
                                                                     "UNDERROUND_MARKETS__MIN_VOLUME_USD=0 "
                                                                     "UNDERROUND_MARKETS__MIN_LIQUIDITY_USD=0 "
                                                                     "UNDERROUND_MARKETS__MAX_DAYS_TO_END=3650");
  ASSERT_EQ(ran.exit_code, kExitOk) << ran.err;
  EXPECT_THAT(ran.err, Not(HasSubstr("did not confirm")));
  simdjson::dom::element root;
  ASSERT_EQ(parser_.parse(ran.out).get(root), simdjson::SUCCESS) << ran.out;
  EXPECT_GE(std::int64_t(root["reconciliations"]), 1);
  EXPECT_EQ(std::int64_t(root["differences"]), 0);
  EXPECT_EQ(std::int64_t(root["invariant_violations"]), 0);
  EXPECT_EQ(command("orders --json").out, "{\"orders\":[]}\n");
  // Written down: who started, what was seen of the account, each order with its name.
  const std::int64_t orders = std::int64_t(root["orders"]);
  const Ran verified = run("journal verify state/journal --json");
  ASSERT_EQ(verified.exit_code, kExitOk) << verified.err;
  ASSERT_EQ(parser_.parse(verified.out).get(root), simdjson::SUCCESS) << verified.out;
  EXPECT_EQ(std::int64_t(root["torn_bytes"]), 0);
  const Ran dumped = run("journal dump state/journal");
  EXPECT_THAT(dumped.out, HasSubstr("session started"));
  EXPECT_THAT(dumped.out, HasSubstr("account_end"));
  const auto lines = [&](const std::string& with) {
    std::int64_t n = 0;
    for (std::size_t at = dumped.out.find(with); at != std::string::npos; at = dumped.out.find(with, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(lines(" place order="), orders);
  EXPECT_EQ(lines(" name      order="), orders);
}

TEST_F(AccountCommands, ASecondEngineIsKeptAway) {
  const auto first = journal::Journal::open({.folder = folder_ / "state" / "journal", .segment_bytes = 65'536});
  ASSERT_TRUE(first) << first.error().message;
  const Ran ran = command("run --mode live --duration 2s --headless", kYeses);
  EXPECT_EQ(ran.exit_code, kExitFailed);
  EXPECT_THAT(ran.err, HasSubstr("writes here"));
}

TEST_F(AccountCommands, ASecondEngineOfTheAccountIsKeptAwayWhateverItsFolder) {
  const auto first = AccountLock::take(kAddress, server_->urls().clob);
  ASSERT_TRUE(first) << first.error().message;
  const Ran ran = command("run --mode live --duration 2s --headless", kYeses);
  EXPECT_EQ(ran.exit_code, kExitFailed);
  EXPECT_THAT(ran.err, HasSubstr("another engine trades the account"));
}

TEST_F(AccountCommands, ASessionGoesOnFromTheOneBefore) {
  const std::string run = "run --mode live --duration 3s --headless --json";
  const std::string variables = std::string(kYeses) +
                                "UNDERROUND_MARKETS__MIN_VOLUME_USD=0 UNDERROUND_MARKETS__MIN_LIQUIDITY_USD=0 "
                                "UNDERROUND_MARKETS__MAX_DAYS_TO_END=3650 UNDERROUND_LIVE__RECONCILE_EVERY_S=5";
  ASSERT_EQ(command(run, variables).exit_code, kExitOk);
  const Ran before = this->run("journal state state/journal --json");
  ASSERT_EQ(before.exit_code, kExitOk) << before.err;
  const Ran again = command(run + " --out again.json", variables);
  ASSERT_EQ(again.exit_code, kExitOk) << again.err;
  EXPECT_THAT(read(folder_ / "again.json"), HasSubstr(R"("net_deposits_usd_micros":0,)"))
      << "what was taken over was not paid in";
  EXPECT_THAT(this->run("journal dump state/journal").out, HasSubstr("goes on from record"));
  const Ran after = this->run("journal state state/journal --json");
  simdjson::dom::element root;
  ASSERT_EQ(parser_.parse(after.out).get(root), simdjson::SUCCESS) << after.out << after.err;
  EXPECT_EQ(std::int64_t(root["adopted"]), 0);
  EXPECT_EQ(std::int64_t(root["deposits_usd_micros"]), 1'000'000'000) << "taken in once";
  EXPECT_EQ(std::string(std::string_view(root["halted"])), "none");
}

// The venue's word came while nobody listened.
TEST_F(AccountCommands, WhatWasResolvedWhileTheEngineWasDownIsRedeemed) {
  const simulator::ServiceUrls& u = server_->urls();
  // One that stands alone.
  simdjson::dom::parser gamma;
  const simdjson::dom::array markets = gamma.parse(ask(u.gamma, "GET", "/markets?closed=false&limit=100", ""));
  for (const simdjson::dom::element m : markets) {
    if (std::string_view(m["version"]) != "v1" || !std::string_view(m["slug"]).contains("-question-")) continue;
    condition_ = std::string(std::string_view(m["conditionId"]));
  }
  const std::string about = fmt::format(R"({{"address":"{}","condition_id":"{}","amount":"10",)", kAddress, condition_);
  ask(u.control, "POST", "/operations", about + R"("operation":"split"})");
  // Without a reason to trade.
  const std::string variables =
      std::string(kYeses) + "UNDERROUND_CHAIN__RPC_URL=" + u.rpc +
      " UNDERROUND_CHAIN__CONFIRMATIONS=1 UNDERROUND_CHAIN__POLL_MS=20 UNDERROUND_STRATEGIES__MIN_EDGE_USD=1 "
      "UNDERROUND_MARKETS__MIN_VOLUME_USD=0 UNDERROUND_MARKETS__MIN_LIQUIDITY_USD=0 "
      "UNDERROUND_MARKETS__MAX_DAYS_TO_END=3650 UNDERROUND_LIVE__RECONCILE_EVERY_S=5";
  const auto session = [&] { return command("run --mode live --duration 4s --headless --json", variables); };
  const auto state = [&] { return this->run("journal state state/journal --json").out; };
  const Ran first = session();
  ASSERT_EQ(first.exit_code, kExitOk) << first.err;
  ASSERT_THAT(state(), HasSubstr(R"("shares_micros":10000000)"));
  ask(u.control, "POST", "/resolutions", fmt::format(R"({{"condition_id":"{}","winner":1}})", condition_));
  ask(u.control, "POST", "/time", R"({"advance_ms":60000})");
  // A loaded machine may need more than one.
  for (int i = 0; i < 10 && state().find("shares_micros") != std::string::npos; ++i) {
    const Ran ran = session();
    ASSERT_EQ(ran.exit_code, kExitOk) << ran.err;
  }
  const Ran after = this->run("journal state state/journal --json");
  simdjson::dom::element root;
  ASSERT_EQ(parser_.parse(after.out).get(root), simdjson::SUCCESS) << after.out << after.err;
  EXPECT_EQ(root["positions"].get_array().size(), 0U) << after.out;
  EXPECT_EQ(std::int64_t(root["differences"]), 0);
  EXPECT_EQ(std::string(std::string_view(root["halted"])), "none");
  EXPECT_EQ(std::int64_t(root["cash_usd_micros"]) + std::int64_t(root["gas_usd_micros"]), 1'000'000'000);
}

}  // namespace
}  // namespace underround::cli
