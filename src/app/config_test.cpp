#include "app/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "app/config_schema.hpp"
#include "base/test_paths.hpp"
#include "strategy/registry.hpp"

namespace underround::config {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// Every problem's text, one per line; "" when the text loads.
std::string problems_of(std::string_view toml, const Sources& overrides = {}) {
  const auto loaded = load_text(toml, "my.toml", overrides);
  std::string out;
  if (!loaded) {
    for (const Problem& problem : loaded.error()) out += problem.text() + "\n";
  }
  return out;
}

Config config_of(std::string_view toml, const Sources& overrides = {}) {
  const auto loaded = load_text(toml, "my.toml", overrides);
  EXPECT_TRUE(loaded) << problems_of(toml, overrides);
  return loaded ? loaded->config : Config{};
}

class TemporaryFile {
 public:
  TemporaryFile(const std::string& text, mode_t mode) {
    path_ = ::testing::TempDir() + "underround_config_XXXXXX";
    const int fd = ::mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    ::close(fd);
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), mode);
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Config, CommittedExampleIsTheGeneratedOne) {
  EXPECT_EQ(read(std::filesystem::path(source_folder()) / "config/underround.example.toml"), example_toml())
      << "run: build/underround config example > config/underround.example.toml";
}

TEST(Config, ExampleSaysTheDefaultsTheCodeHas) { EXPECT_EQ(to_toml(config_of(example_toml())), to_toml(Config{})); }

TEST(Config, ExampleIsRefusedWhenAnyOfItsValuesChangesMeaning) {
  // The comparison above is only worth something if a changed value shows.
  std::string changed = example_toml();
  const std::string line = "risk.max_order_usd = 100";
  changed.replace(changed.find(line), line.size(), "risk.max_order_usd = 101");
  EXPECT_NE(to_toml(config_of(changed)), to_toml(Config{}));
}

TEST(Config, StrategiesByDefaultAreThoseTheRegistrySays) {
  std::vector<std::string> names;
  for (const StrategyInfo& info : known_strategies()) {
    if (info.on_by_default) names.emplace_back(info.name);
  }
  EXPECT_THAT(Config{}.strategies.enabled, ::testing::UnorderedElementsAreArray(names));
}

TEST(Config, FewKeysAndAtMostTenFirst) {
  EXPECT_LE(keys().size(), 70U);
  std::set<std::string_view> paths;
  int first = 0;
  for (const Key& key : keys()) {
    EXPECT_TRUE(paths.insert(key.path).second) << key.path;
    EXPECT_GT(key.reason.size(), 20U) << key.path << " needs a reason";
    first += key.first ? 1 : 0;
  }
  EXPECT_LE(first, 10);
  EXPECT_GE(first, 5);
}

TEST(Config, ShowIsReadBackToTheSameConfiguration) {
  const Config config = config_of(
      "[risk]\nmax_order_usd = 12.345678\nmax_book_age_ms = 4_000\n[venue]\nkind = 'polymarket'\n"
      "[markets]\nallow = [\"caf\\u00e9 \\\"x\\\"\", 'b']\n");
  EXPECT_EQ(config.risk.max_order_usd, Usd::from_micros(12'345'678));
  EXPECT_EQ(config.risk.max_book_age, Nanos::from_seconds(4));
  EXPECT_EQ(config.venue.kind, VenueKind::kPolymarket);
  EXPECT_EQ(config.markets.allow, (std::vector<std::string>{"caf\u00e9 \"x\"", "b"}));
  EXPECT_EQ(to_toml(config_of(to_toml(config))), to_toml(config));
}

TEST(Config, MoneyKeepsItsLastDigit) {
  // 0.1 + 0.2 and friends: through a double the last digit would go.
  const Config config = config_of(
      "strategies.min_edge_usd = 0.0029\nrisk.max_total_usd = 1_234_567.000001\n"
      "risk.max_order_usd = \"33.3\" # \u00e9\nrisk.max_daily_loss_usd = 7\n");
  EXPECT_EQ(config.strategies.min_edge_usd, Price::from_pips(29));
  EXPECT_EQ(config.risk.max_total_usd, Usd::from_micros(1'234'567'000'001));
  EXPECT_EQ(config.risk.max_order_usd, Usd::from_micros(33'300'000));
  EXPECT_EQ(config.risk.max_daily_loss_usd, Usd::whole(7));
}

TEST(Config, MoneyAfterWideCharactersOnTheSameLine) {
  const Config config = config_of("markets = { deny = [\"\u00fcber\", \"\u65e5\u672c\"], min_volume_usd = 2.5 }\n");
  EXPECT_EQ(config.markets.min_volume_usd, Usd::from_micros(2'500'000));
}

struct Golden {
  const char* toml;
  const char* text;
};
class ConfigProblem : public ::testing::TestWithParam<Golden> {};

TEST_P(ConfigProblem, SaysWhereWhatAndWhatNext) { EXPECT_EQ(problems_of(GetParam().toml), GetParam().text); }

INSTANTIATE_TEST_SUITE_P(
    Golden, ConfigProblem,
    ::testing::Values(
        Golden{"# one\n[risk]\nmax_ordr_usd = 5\n",
               "my.toml:3:1: risk.max_ordr_usd: unknown key; did you mean risk.max_order_usd?\n"},
        Golden{"[web]\n  max_order_usd = 3\n",
               "my.toml:2:3: web.max_order_usd: unknown key; did you mean risk.max_order_usd?\n"},
        Golden{"[rsik]\nx = 1\n", "my.toml:1:2: rsik: unknown section; did you mean [risk]?\n"},
        Golden{"# größe\nk\xc3\xb6lour = 1\n",
               "my.toml:2:2: not valid TOML: only strings and comments may hold letters beyond ASCII\n"},
        Golden{"colour = 1\n", "my.toml:1:1: colour: unknown key; `underround config example` prints every key\n"},
        Golden{"risk = 3\n", "my.toml:1:1: risk: this is a section, not a value; write [risk] and its keys below\n"},
        Golden{"web.port = \"3000\"\n",
               "my.toml:1:12: web.port: expected an integer, found a string; write for example web.port = 3000\n"},
        Golden{"web.port = 99999\n", "my.toml:1:12: web.port: 99999 is too large; the most allowed is 65535\n"},
        Golden{"web.port = -1\n", "my.toml:1:12: web.port: -1 is too small; the least allowed is 0\n"},
        Golden{"risk.max_order_usd = 0.5\n",
               "my.toml:1:22: risk.max_order_usd: 0.5 USD is too small; the least allowed is 1 USD\n"},
        Golden{"risk.max_order_usd = true\n",
               "my.toml:1:22: risk.max_order_usd: expected a number of USD, found a "
               "boolean; write for example risk.max_order_usd = 100\n"},
        Golden{"risk.max_order_usd = 1.5e3\n",
               "my.toml:1:22: risk.max_order_usd: '1.5e3' is not a plain decimal number "
               "of USD; write for example risk.max_order_usd = 100\n"},
        Golden{"risk.max_order_usd = nan\n",
               "my.toml:1:22: risk.max_order_usd: 'nan' is not a plain decimal number "
               "of USD; write for example risk.max_order_usd = 100\n"},
        Golden{"risk.max_order_usd = 9.1234567\n",
               "my.toml:1:22: risk.max_order_usd: '9.1234567' has more than 6 "
               "decimals; write for example risk.max_order_usd = 100\n"},
        Golden{"risk.max_total_usd = 99999999999999999999.5\n",
               "my.toml:1:22: risk.max_total_usd: '99999999999999999999.5' is not a plain decimal number of USD; write "
               "for example risk.max_total_usd = 1000\n"},
        Golden{"feed.redundant = \"yes\"\n",
               "my.toml:1:18: feed.redundant: expected true or false, found a string; "
               "write for example feed.redundant = false\n"},
        Golden{"feed.data_timeout_s = 2.5\n",
               "my.toml:1:23: feed.data_timeout_s: expected an integer, found a number "
               "with a fraction; write for example feed.data_timeout_s = 30\n"},
        Golden{"web.address = 1979-05-27\n",
               "my.toml:1:15: web.address: expected a string in quotes, found a date or "
               "time; write for example web.address = \"127.0.0.1\"\n"},
        Golden{"strategies.enabled = [\"clippr\"]\n",
               "my.toml:1:22: strategies.enabled: 'clippr' is not known; did you mean 'clipper'?\n"},
        Golden{"markets.tags = [\"a\", 3]\n",
               "my.toml:1:16: markets.tags: expected a list of strings, found an integer in it; write for example "
               "markets.tags = [\"sports\", \"esports\", \"crypto\", \"politics\"]\n"},
        Golden{"markets.tags = [\"a\", \"a\"]\n", "my.toml:1:16: markets.tags: 'a' is there twice; take one out\n"},
        Golden{"venue.kind = \"kraken\"\n",
               "my.toml:1:14: venue.kind: 'kraken' is not known; choose from: embedded, polymarket\n"},
        Golden{"venue.clob_url = \"clob.example\"\n",
               "my.toml:1:18: venue.clob_url: 'clob.example' is not an http:// or https:// URL; write for example "
               "venue.clob_url = \"https://clob.polymarket.com\"\n"},
        Golden{"web.address = \"300.1.1.1\"\n",
               "my.toml:1:15: web.address: '300.1.1.1' is not an IP address; write for "
               "example web.address = \"127.0.0.1\"\n"},
        Golden{"markets.crypto_series = [\"btc-7m\"]\n",
               "my.toml:1:25: markets.crypto_series: 'btc-7m' is not an up/down series (asset, dash, 5m or 15m); write "
               "for example markets.crypto_series = [\"btc-5m\", \"eth-5m\", \"sol-5m\", \"xrp-5m\", \"btc-15m\", "
               "\"eth-15m\", \"sol-15m\", \"xrp-15m\"]\n"},
        Golden{"[web]\nport = 1\nport = 2\n",
               "my.toml:3:8: not valid TOML: Error while parsing key-value pair: cannot "
               "redefine existing integer 'port'\n"},
        Golden{
            "[risk]\nmax_total_usd = 400\n",
            "my.toml:2:17: risk.max_total_usd: risk.max_event_usd (500) is more than risk.max_total_usd (400); lower "
            "risk.max_event_usd or raise risk.max_total_usd\n"},
        Golden{
            "web.address = \"0.0.0.0\"\n",
            "my.toml:1:15: web.address: 0.0.0.0 can be reached from other machines, and there is no login; set "
            "UNDERROUND_DASHBOARD_TOKEN (16 characters or more) in the environment or in .env, or use 127.0.0.1\n"}));

TEST(Config, CollectsEveryProblemInTheOrderOfTheFile) {
  const std::string text = problems_of("[web]\nport = 70000\n[risk]\nmax_order_usd = []\nfoo_bar_baz = 1\n");
  EXPECT_THAT(text, ::testing::MatchesRegex("my.toml:2:8: [^\n]*\nmy.toml:4:17: [^\n]*\nmy.toml:5:1: [^\n]*\n"));
}

TEST(Config, RefusesSecretsAndNeverRepeatsThem) {
  for (const char* name : {"risk.api_key", "venue.private_key", "wallet.mnemonic", "web.token", "PASSPHRASE"}) {
    const std::string text = problems_of(std::string(name) + " = \"hunter2\"\n");
    EXPECT_THAT(text, ::testing::HasSubstr("secrets do not belong in this file")) << name;
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("hunter2"))) << name;
  }
}

TEST(Config, EnvironmentWinsOverFileAndEnvFile) {
  const TemporaryFile env("UNDERROUND_WEB__PORT=4001\nUNDERROUND_MARKETS__TAGS='a, b'\nOTHER_PROGRAM=1\n", 0600);
  const Sources sources{
      .file = {}, .env_file = env.path(), .environment = {{"UNDERROUND_WEB__PORT", "4002"}, {"PATH", "x"}}};
  const Config config = config_of("web.port = 4000\nmarkets.max = 7\n", sources);
  EXPECT_EQ(config.web.port, 4002);
  EXPECT_EQ(config.markets.max, 7);
  EXPECT_EQ(config.markets.tags, (std::vector<std::string>{"a", "b"}));
}

TEST(Config, EnvironmentReachesEveryKindOfField) {
  const Config config = config_of("", {.file = {},
                                       .env_file = {},
                                       .environment = {{"UNDERROUND_FEED__REDUNDANT", "true"},
                                                       {"UNDERROUND_RISK__MAX_ORDER_USD", "99.5"},
                                                       {"UNDERROUND_EXECUTION__UNWIND_SLIPPAGE_USD", "0.0125"},
                                                       {"UNDERROUND_EXECUTION__LEG_DEADLINE_MS", "20"},
                                                       {"UNDERROUND_VENUE__KIND", "polymarket"},
                                                       {"UNDERROUND_BINANCE__SYMBOLS", ""},
                                                       {"UNDERROUND_BINANCE__WS_URL", "ws://h/x"}}});
  EXPECT_TRUE(config.feed.redundant);
  EXPECT_EQ(config.risk.max_order_usd, Usd::from_micros(99'500'000));
  EXPECT_EQ(config.execution.unwind_slippage_usd, Price::from_pips(125));
  EXPECT_EQ(config.execution.leg_deadline, Nanos::from_millis(20));
  EXPECT_EQ(config.venue.kind, VenueKind::kPolymarket);
  EXPECT_TRUE(config.binance.symbols.empty());
  EXPECT_EQ(config.binance.ws_url, "ws://h/x");
}

TEST(Config, EnvironmentProblemsNameTheVariable) {
  EXPECT_EQ(problems_of("", {.file = {},
                             .env_file = {},
                             .environment = {{"UNDERROUND_RISK__MAX_POSITON_USD", "3"},
                                             {"UNDERROUND_WEB_PORT", "3"},
                                             {"UNDERROUND_WEB__PORT", "abc"}}}),
            "environment: UNDERROUND_RISK__MAX_POSITON_USD: unknown variable; did you mean "
            "UNDERROUND_RISK__MAX_POSITION_USD?\n"
            "environment: UNDERROUND_WEB_PORT: unknown variable; did you mean UNDERROUND_WEB__PORT?\n"
            "environment: UNDERROUND_WEB__PORT: expected an integer, found 'abc'; write for example "
            "UNDERROUND_WEB__PORT=3000\n");
}

TEST(Config, EnvFileProblemsNameTheLine) {
  const TemporaryFile env("# secrets\nUNDERROUND_WEB__PORT=70000\nnonsense\n", 0600);
  EXPECT_EQ(problems_of("", {.file = {}, .env_file = env.path(), .environment = {}}),
            env.path() + ":3:1: no '=' in the line; write NAME=value, or start the line with '#'\n" + env.path() +
                ":2:1: UNDERROUND_WEB__PORT: 70000 is too large; the most allowed is 65535\n");
}

TEST(Config, EnvFileOthersCanReadIsAWarning) {
  const TemporaryFile open("A=1\n", 0644), closed("A=1\n", 0600);
  const auto warned = load({.file = {}, .env_file = open.path(), .environment = {}});
  ASSERT_TRUE(warned);
  ASSERT_EQ(warned->warnings.size(), 1U);
  EXPECT_THAT(warned->warnings[0], ::testing::EndsWith("chmod 600 " + open.path()));
  EXPECT_TRUE(load({.file = {}, .env_file = closed.path(), .environment = {}})->warnings.empty());
}

TEST(Config, TokenOpensOtherAddressesAndIsNotShown) {
  const auto loaded =
      load_text("web.address = \"0.0.0.0\"\n", "my.toml",
                {.file = {}, .env_file = {}, .environment = {{"UNDERROUND_DASHBOARD_TOKEN", "s3cr3t-s3cr3t-s3"}}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->secrets.dashboard_token, "s3cr3t-s3cr3t-s3");
  EXPECT_THAT(to_toml(loaded->config) + to_json(loaded->config), ::testing::Not(::testing::HasSubstr("s3cr3t")));
}

TEST(Config, MissingFilesAreSaid) {
  const auto loaded = load({.file = "/nonexistent/x.toml", .env_file = "/nonexistent/.env", .environment = {}});
  ASSERT_FALSE(loaded);
  ASSERT_EQ(loaded.error().size(), 1U);  // a missing .env is not an error
  EXPECT_EQ(loaded.error()[0].text(),
            "/nonexistent/x.toml: cannot read: No such file or directory; `underround config "
            "example > my.toml` writes a file to start from");
}

TEST(Config, NearestNameAllowsSlipsNotOtherWords) {
  static constexpr std::array<std::string_view, 2> kNames{"max_order_usd", "port"};
  EXPECT_EQ(nearest("max_order_us", kNames), "max_order_usd");
  EXPECT_EQ(nearest("prot", kNames), "port");
  EXPECT_EQ(nearest("colour", kNames), "");
}

TEST(Config, AnyTextIsRefusedOrLoadedNeverACrash) {
  EXPECT_TRUE(rc::check("random bytes", [](const std::string& text) {
    const auto loaded = load_text(text, "x", {});
    if (!loaded) RC_ASSERT(!loaded.error().empty());
  }));
  EXPECT_TRUE(rc::check("example with one character changed", [] {
    std::string text = example_toml();
    text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::character<char>();
    const auto loaded = load_text(text, "x", {});
    if (!loaded) RC_ASSERT(!loaded.error()[0].what.empty());
  }));
}

}  // namespace
}  // namespace underround::config
