#include "chain/relayer_client.hpp"

#include <set>

#include "chain/test_vectors.hpp"
#include "net/server.hpp"

namespace underround::chain {
namespace {

using Kind = RelayerOutcome::Kind;
constexpr Nanos kPatience = Nanos::from_seconds(30);  // real time; only a failing test waits this long
constexpr char kNew[] = R"({"transactionID":"tx-1","state":"STATE_NEW","transactionHash":null})";

class RelayerClientTest : public Vectors {
 protected:
  using Answer = std::function<void(const net::HttpRequest&, const net::HttpResponder&)>;

  void SetUp() override {
    Vectors::SetUp();
    wallet_ = wallet_of(AccountType::kDepositWallet, key_.address(), contracts_).value();
    settings_.url = server_->url();
    settings_.contracts = contracts_;
    settings_.wallet = wallet_;
    settings_.poll = Nanos{100'000};
    settings_.timeout = kPatience;
    settings_.credentials.relayer_key = "relayer-key";
    settings_.credentials.relayer_key_address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    calls_ = {{.to = contracts_.collateral, .data = parse_bytes(str(root_["relayer"]["submit_safe"]["data"])).value()}};
    on("GET /v1/account/transactions/params", [this](const auto&, const auto& r) {
      r.send(200, fmt::format(R"({{"address":"0x0000000000000000000000000000000000000001","nonce":"{}"}})", nonce_));
    });
    on("POST /submit", [](const auto&, const auto& r) { r.send(200, kNew); });
    on("GET /v1/account/transactions/tx-1", 200,
       R"({"transaction_id":"tx-1","state":"STATE_CONFIRMED","transaction_hash":"0xabc"})");
    on("GET /transactions", 200, "[]");
  }

  void on(const std::string& what, Answer answer) { answers_[what] = std::move(answer); }
  void on(const std::string& what, int status, std::string body) {
    on(what, [status, body](const auto&, const auto& r) { r.send(status, body); });
  }
  // Each answer once, the last one for ever.
  void on(const std::string& what, std::vector<Answer> answers) {
    on(what, [answers, i = std::size_t{0}](const auto& q, const auto& r) mutable {
      answers.at(std::min(i, answers.size() - 1))(q, r);
      ++i;
    });
  }
  static Answer say(int status, std::string body) {
    return [status, body](const auto&, const auto& r) { r.send(status, body); };
  }
  static Answer hang_up() {
    return [](const auto&, const auto& r) { r.abort(); };
  }
  std::vector<net::HttpRequest> sent(const std::string& what) const {
    std::vector<net::HttpRequest> found;
    for (const net::HttpRequest& q : seen_) {
      if (q.method + " " + std::string(q.path()) == what) found.push_back(q);
    }
    return found;
  }
  std::unique_ptr<RelayerClient> make() { return RelayerClient::make(loop_, settings_, key_).value(); }
  RelayerClient::Callbacks callbacks() {
    return {
        .on_named =
            [this](const RelayerSubmission& s) {
              if (s.transaction_id.empty()) {
                EXPECT_TRUE(std::none_of(seen_.begin(), seen_.end(), [&](const auto& q) { return q.body == s.body; }));
              }
              named_.push_back(s);
              return journal_works_;
            },
        .on_done = [this](const RelayerOutcome& o) { outcomes_.push_back(o); },
        .on_stuck = [this](const std::string& why) { stuck_.push_back(why); }};
  }
  RelayerOutcome run() {
    client_ = make();
    client_->run(calls_, "note", callbacks());
    return wait();
  }
  RelayerOutcome wait() {
    EXPECT_TRUE(loop_.run_until([&] { return !outcomes_.empty(); }, kPatience));
    return outcomes_.at(0);
  }
  std::set<std::string> bodies() const {
    std::set<std::string> out;
    for (const auto& q : sent("POST /submit")) out.insert(q.body);
    return out;
  }

  Nanos now_ = Nanos::from_seconds(1'795'000'000);
  net::EventLoop loop_{[this] { return now_; }};
  std::map<std::string, Answer> answers_;
  std::vector<net::HttpRequest> seen_;
  std::unique_ptr<net::Server> server_ =
      net::Server::listen(loop_, {},
                          {.on_request =
                               [this](const net::HttpRequest& q, const net::HttpResponder& r) {
                                 seen_.push_back(q);
                                 const auto found = answers_.find(q.method + " " + std::string(q.path()));
                                 if (found == answers_.end()) return r.send(404, "{}");
                                 found->second(q, r);
                               }})
          .value();
  Contracts contracts_ = contracts_of(kPolygon).value();
  Address wallet_{};
  RelayerSettings settings_;
  std::vector<Call> calls_;
  int nonce_ = 3;
  bool journal_works_ = true;
  std::vector<RelayerSubmission> named_;
  std::vector<RelayerOutcome> outcomes_;
  std::vector<std::string> stuck_;
  std::unique_ptr<RelayerClient> client_;
};

TEST_F(RelayerClientTest, NamedSubmittedAndConfirmed) {
  on("GET /v1/account/transactions/tx-1",
     {say(200, R"({"transaction_id":"tx-1","state":"STATE_NEW","transaction_hash":""})"), say(503, "busy"),
      say(200, R"({"transaction_id":"tx-1","state":"STATE_MINED","transaction_hash":"0xabc"})"),
      say(200, R"({"transaction_id":"tx-1","state":"STATE_CONFIRMED","transaction_hash":"0xabc"})")});
  const RelayerOutcome outcome = run();
  EXPECT_EQ(outcome.kind, Kind::kConfirmed);
  EXPECT_EQ(outcome.transaction_hash, "0xabc");
  const auto params = sent("GET /v1/account/transactions/params");
  ASSERT_EQ(params.size(), 1U);
  EXPECT_EQ(params[0].query("address"), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  EXPECT_EQ(params[0].query("type"), "WALLET");
  const auto submits = sent("POST /submit");
  ASSERT_EQ(submits.size(), 1U);
  EXPECT_EQ(submits[0].body, wallet_payload(contracts_, key_, wallet_, calls_, U256(3), 1'795'000'600, "note").body);
  EXPECT_EQ(submits[0].headers.get("RELAYER_API_KEY"), "relayer-key");
  EXPECT_EQ(submits[0].headers.get("RELAYER_API_KEY_ADDRESS"), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  EXPECT_FALSE(submits[0].headers.has("POLY_BUILDER_API_KEY"));
  ASSERT_EQ(named_.size(), 2U);  // before the bytes, and with the relayer's id
  EXPECT_EQ(named_[1].transaction_id, "tx-1");
  EXPECT_EQ(named_[1].name, named_[0].name);
}

TEST_F(RelayerClientTest, BuilderHeadersAsTheOfficialClientMakesThem) {
  const Json v = root_["relayer"]["builder_headers_for_deposit_wallet_batch"];
  settings_.credentials = {.builder_key = str(v["headers"]["POLY_BUILDER_API_KEY"]),
                           .builder_secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                           .builder_passphrase = str(v["headers"]["POLY_BUILDER_PASSPHRASE"])};
  client_ = make();
  client_->run(calls_, "", callbacks());
  EXPECT_TRUE(wait().succeeded());
  const auto submit = sent("POST /submit").at(0);
  EXPECT_EQ(submit.body, str(v["body"]));
  for (const auto field : simdjson::dom::object(v["headers"])) {
    EXPECT_EQ(submit.headers.get(field.key), str(field.value)) << field.key;
  }
  EXPECT_FALSE(submit.headers.has("RELAYER_API_KEY"));
}

TEST_F(RelayerClientTest, SafeAndProxyBodies) {
  settings_.account = AccountType::kSafe;
  settings_.wallet = wallet_of(AccountType::kSafe, key_.address(), contracts_).value();
  EXPECT_TRUE(run().succeeded());
  EXPECT_EQ(sent("POST /submit").back().body,
            safe_payload(contracts_, key_, settings_.wallet, calls_, U256(3), "note").body);
  EXPECT_EQ(sent("GET /v1/account/transactions/params").back().query("type"), "SAFE");

  settings_.account = AccountType::kProxy;
  settings_.wallet = wallet_of(AccountType::kProxy, key_.address(), contracts_).value();
  outcomes_.clear();
  EXPECT_TRUE(run().succeeded());
  const Address relay = addr("0x0000000000000000000000000000000000000001");
  EXPECT_EQ(sent("POST /submit").back().body, proxy_payload(contracts_, key_, settings_.wallet, proxy_calldata(calls_),
                                                            U256(3), relay, 10'000'000, "note")
                                                  .body);
}

TEST_F(RelayerClientTest, BusyIsTriedAgainWithTheSameBody) {
  on("POST /submit", {say(400, R"({"error":"wallet busy: 1 active action"})"), say(429, ""),
                      say(400, R"({"error":"wallet has in-flight action"})"), say(200, kNew)});
  EXPECT_TRUE(run().succeeded());
  EXPECT_EQ(sent("POST /submit").size(), 4U);
  EXPECT_EQ(bodies().size(), 1U);
}

TEST_F(RelayerClientTest, BusyForEverIsNotSent) {
  settings_.max_tries = 3;
  on("POST /submit", 429, "slow down");
  EXPECT_EQ(run().kind, Kind::kNotSent);
  EXPECT_EQ(sent("POST /submit").size(), 3U);
}

TEST_F(RelayerClientTest, AStaleNonceIsSignedAnewWhenNothingIsInDoubt) {
  on("POST /submit", {[this](const auto&, const auto& r) {
                        nonce_ = 4;
                        r.send(400, R"({"error":"batch nonce 3 does not match on-chain nonce 4"})");
                      },
                      say(200, kNew)});
  EXPECT_TRUE(run().succeeded());
  EXPECT_EQ(bodies().size(), 2U);
  EXPECT_EQ(named_.at(1).nonce, U256(4));
}

TEST_F(RelayerClientTest, RefusedIsNotSent) {
  on("POST /submit", 400, R"({"error":"invalid signature"})");
  const RelayerOutcome outcome = run();
  EXPECT_EQ(outcome.kind, Kind::kNotSent);
  EXPECT_NE(outcome.reason.find("invalid signature"), std::string::npos);
  EXPECT_EQ(sent("POST /submit").size(), 1U);
}

TEST_F(RelayerClientTest, NothingLeavesWithoutAName) {
  journal_works_ = false;
  EXPECT_EQ(run().kind, Kind::kNotSent);
  EXPECT_TRUE(sent("POST /submit").empty());
}

// The submission was taken and the answer lost: it is found in the list, not sent twice.
TEST_F(RelayerClientTest, LostAnswerIsFoundInTheList) {
  on("POST /submit", hang_up());
  on("GET /transactions", 200,
     R"([{"transactionID":"other","nonce":"2","type":"WALLET","state":"STATE_CONFIRMED"},
         {"transactionID":"safe","nonce":"3","type":"SAFE","state":"STATE_CONFIRMED"},
         {"transactionID":"tx-1","nonce":"3","type":"WALLET","state":"STATE_NEW"}])");
  const RelayerOutcome outcome = run();
  EXPECT_EQ(outcome.kind, Kind::kConfirmed);
  EXPECT_EQ(outcome.transaction_id, "tx-1");
  EXPECT_EQ(sent("POST /submit").size(), 1U);
}

TEST_F(RelayerClientTest, UnansweredAndUnlistedIsSentAgainAsItIs) {
  on("POST /submit", {hang_up(), say(502, "<html>"), say(200, "<html>"), say(200, kNew)});
  EXPECT_TRUE(run().succeeded());
  EXPECT_EQ(sent("POST /submit").size(), 4U);
  EXPECT_EQ(bodies().size(), 1U);
  EXPECT_EQ(sent("GET /v1/account/transactions/params").size(), 1U);
}

// After a doubt a used nonce may have been used by us: never sign for the next one.
TEST_F(RelayerClientTest, UsedNonceAfterADoubtIsUnknownNotSignedAgain) {
  on("POST /submit", {hang_up(), say(400, "batch nonce 3 does not match on-chain nonce 4")});
  EXPECT_EQ(run().kind, Kind::kUnknown);
  EXPECT_EQ(bodies().size(), 1U);
  EXPECT_EQ(sent("GET /v1/account/transactions/params").size(), 1U);
}

TEST_F(RelayerClientTest, UsedNonceAfterADoubtAndListed) {
  on("POST /submit", {hang_up(), say(400, "batch nonce 3 does not match on-chain nonce 4")});
  on("GET /transactions",
     {say(500, ""), say(200, R"([{"transactionID":"tx-1","nonce":"3","type":"WALLET","state":"STATE_MINED"}])")});
  EXPECT_EQ(run().kind, Kind::kConfirmed);
}

TEST_F(RelayerClientTest, FailedIsFailed) {
  on("GET /v1/account/transactions/tx-1", 200,
     R"({"transaction_id":"tx-1","state":"STATE_FAILED","transaction_hash":"0xabc","error_msg":"execution reverted"})");
  const RelayerOutcome outcome = run();
  EXPECT_EQ(outcome.kind, Kind::kFailed);
  EXPECT_EQ(outcome.reason, "execution reverted");
}

// Sent twice because of a doubt: the second one is invalid because the first one acted.
TEST_F(RelayerClientTest, TheTwinActed) {
  on("POST /submit", {hang_up(), say(200, R"({"transactionID":"tx-2","state":"STATE_NEW"})")});
  on("GET /v1/account/transactions/tx-2", 200, R"({"transaction_id":"tx-2","state":"STATE_INVALID"})");
  on("GET /transactions",
     {say(200, "[]"), say(200, R"([{"transactionID":"tx-2","nonce":"3","type":"WALLET","state":"STATE_INVALID"},
                                   {"transactionID":"tx-1","nonce":"3","type":"WALLET","state":"STATE_CONFIRMED"}])")});
  const RelayerOutcome outcome = run();
  EXPECT_EQ(outcome.kind, Kind::kConfirmed);
  EXPECT_EQ(outcome.transaction_id, "tx-1");
}

TEST_F(RelayerClientTest, NoTwinInACompleteList) {
  on("POST /submit", {hang_up(), say(200, R"({"transactionID":"tx-2","state":"STATE_NEW"})")});
  on("GET /v1/account/transactions/tx-2", 200, R"({"transaction_id":"tx-2","state":"STATE_INVALID"})");
  on("GET /transactions",
     {say(200, "[]"), say(200, R"([{"transactionID":"tx-2","nonce":"3","type":"WALLET","state":"STATE_INVALID"}])")});
  EXPECT_EQ(run().kind, Kind::kFailed);
}

TEST_F(RelayerClientTest, ResumedAfterARestart) {
  RelayerSubmission named{.name = Digest{1}, .nonce = U256(3), .body = R"({"the":"body"})"};
  client_ = make();
  client_->resume(named, callbacks());
  EXPECT_EQ(wait().kind, Kind::kConfirmed);
  EXPECT_EQ(bodies(), std::set<std::string>{named.body});

  seen_.clear();
  outcomes_.clear();
  named.transaction_id = "tx-1";
  client_ = make();
  client_->resume(named, callbacks());
  EXPECT_EQ(wait().kind, Kind::kConfirmed);
  EXPECT_TRUE(bodies().empty());
}

TEST_F(RelayerClientTest, AtMostTwentyFiveAMinute) {
  settings_.max_tries = 100;
  on("POST /submit", 429, "");
  client_ = make();
  client_->run(calls_, "", callbacks());
  ASSERT_TRUE(loop_.run_until([&] { return sent("POST /submit").size() == 25; }, kPatience));
  // The clock stands still: no more. (A few turns of the loop would be enough for one.)
  for (int i = 0; i < 50; ++i) (void)loop_.poll();
  EXPECT_EQ(sent("POST /submit").size(), 25U);
}

TEST_F(RelayerClientTest, StuckIsToldOnce) {
  settings_.max_polls = 3;
  int polls = 0;
  on("GET /v1/account/transactions/tx-1", [&](const auto&, const auto& r) {
    ++polls;
    r.send(200, R"({"transaction_id":"tx-1","state":"STATE_NEW","transaction_hash":""})");
  });
  client_ = make();
  client_->run(calls_, "", callbacks());
  ASSERT_TRUE(loop_.run_until([&] { return polls >= 10; }, kPatience));
  EXPECT_EQ(stuck_.size(), 1U);
  EXPECT_TRUE(outcomes_.empty());
}

TEST_F(RelayerClientTest, Deployment) {
  client_ = make();
  std::optional<bool> deployed;
  on("GET /deployed", 200, R"({"deployed":true})");
  client_->deployed([&](const Result<bool>& d) { deployed = d.value(); });
  ASSERT_TRUE(loop_.run_until([&] { return deployed.has_value(); }, kPatience));
  EXPECT_TRUE(*deployed);
  EXPECT_EQ(sent("GET /deployed").at(0).query("type"), "WALLET");
  ASSERT_TRUE(client_->deploy(callbacks()));
  EXPECT_TRUE(wait().succeeded());
  EXPECT_EQ(sent("POST /submit").at(0).body, wallet_create_payload(contracts_, key_.address()).body);
}

TEST_F(RelayerClientTest, BadSettings) {
  const auto refused = [&](const auto& change) {
    RelayerSettings s = settings_;
    change(s);
    const auto made = RelayerClient::make(loop_, s, key_);
    return !made && made.error().code == ErrorCode::kInvalidInput &&
           made.error().message.find("hunter2") == std::string::npos;
  };
  EXPECT_TRUE(refused([](auto& s) { s.url = "ftp://x"; }));
  EXPECT_TRUE(refused([](auto& s) { s.credentials = {}; }));
  EXPECT_TRUE(refused([](auto& s) { s.credentials.relayer_key_address.clear(); }));
  EXPECT_TRUE(refused([](auto& s) {
    s.credentials = {.builder_key = "k", .builder_secret = "hunter2!", .builder_passphrase = "hunter2"};
  }));
  EXPECT_TRUE(refused([](auto& s) { s.account = AccountType::kEoa; }));
  EXPECT_TRUE(refused([](auto& s) { s.wallet = s.contracts.router; }));
}

}  // namespace
}  // namespace underround::chain
