#include "chain/transactor.hpp"

#include <rapidcheck.h>

#include <set>

#include "base/random.hpp"
#include "chain/fake_node.hpp"
#include "chain/gas.hpp"

namespace underround::chain {
namespace {

using Kind = SendOutcome::Kind;
constexpr Nanos kPatience = Nanos::from_seconds(30);  // real time; only a failing test waits this long

// The loop's clock is the test's; the transactor's questions are paced by short real timers.
class TransactorTest : public ::testing::Test {
 protected:
  Nanos now_ = Nanos::from_seconds(1'795'000'000);
  net::EventLoop loop_{[this] { return now_; }};
  FakeNode node_{loop_};
  crypto::SecretKey key_ = crypto::SecretKey::from_hex(kTestKey).value();
  std::unique_ptr<RpcClient> rpc_ = RpcClient::make(loop_, {.urls = {node_.url()}, .timeout = kPatience}).value();
  TransactorSettings settings_{.chain_id = 137, .confirmations = 3, .poll = Nanos{100'000}};
  std::unique_ptr<Transactor> transactor_ = make();

  std::vector<Attempt> named_;
  std::vector<SendOutcome> outcomes_;
  std::vector<std::string> stuck_;
  std::vector<net::HttpResponder> held_;
  bool journal_works_ = true;
  CallData call_{.to = addr("0x12121212006e4CD160D18e3f00711DA5c3372600"), .data = {1, 2, 3, 4}};

  std::unique_ptr<Transactor> make() { return std::make_unique<Transactor>(loop_, *rpc_, key_, settings_); }
  Transactor::Callbacks callbacks() {
    return {.on_named =
                [this](const Attempt& a) {
                  EXPECT_TRUE(std::none_of(node_.sent.begin(), node_.sent.end(),
                                           [&](const FakeNode::Seen& s) { return s.hash == a.hash; }));
                  if (journal_works_) named_.push_back(a);
                  return journal_works_;
                },
            .on_done = [this](const SendOutcome& o) { outcomes_.push_back(o); },
            .on_stuck = [this](const std::string& why) { stuck_.push_back(why); }};
  }
  void send() { transactor_->send(call_, callbacks()); }
  void run_until(const std::function<bool()>& done) { ASSERT_TRUE(loop_.run_until(done, kPatience)); }
  // The node has been asked for progress `count` more times: time enough for wrong conclusions.
  void polls(int count) {
    const int goal = node_.asked["eth_blockNumber"] + count;
    run_until([&] { return node_.asked["eth_blockNumber"] >= goal; });
  }
  const SendOutcome& outcome() {
    EXPECT_TRUE(loop_.run_until([&] { return !outcomes_.empty(); }, kPatience));
    return outcomes_.at(0);
  }
  void answer_with(const std::string& method, std::function<void(const net::HttpResponder&)> what) {
    node_.fault = [method, what](const std::string& m, const net::HttpRequest&, const net::HttpResponder& r) {
      if (m == method) what(r);
      return m == method;
    };
  }
};

TEST_F(TransactorTest, NamedSentMinedAndConfirmed) {
  node_.nonce = 7;
  send();
  run_until([&] { return node_.pool.size() == 1; });
  ASSERT_EQ(named_.size(), 1U);
  EXPECT_EQ(named_[0].hash, node_.pool[0].hash);
  EXPECT_EQ(named_[0].raw, node_.pool[0].raw);
  EXPECT_EQ(named_[0].nonce, 7U);
  EXPECT_EQ(named_[0].gas_limit, 125'000U);
  EXPECT_EQ(node_.pool[0].max_fee, gwei(240));
  EXPECT_EQ(node_.pool[0].priority, gwei(40));
  polls(2);
  EXPECT_TRUE(outcomes_.empty());
  node_.mine();
  node_.blocks(1);
  polls(3);
  EXPECT_TRUE(outcomes_.empty());  // two blocks: not deep enough
  node_.blocks(1);
  EXPECT_EQ(outcome().kind, Kind::kConfirmed);
  EXPECT_EQ(outcome().hash, named_[0].hash);
  EXPECT_EQ(outcome().cost_wei, Wei(50'000) * gwei(50));
  EXPECT_EQ(outcome().block_number, 1001U);
  EXPECT_EQ(transactor_->next_nonce(), 8U);
  EXPECT_EQ(node_.sent.size(), 1U);
}

TEST_F(TransactorTest, OneAtATime) {
  send();
  send();
  run_until([&] { return node_.pool.size() == 1; });
  polls(3);
  EXPECT_EQ(node_.sent.size(), 1U);
  node_.mine();
  polls(3);
  EXPECT_EQ(node_.sent.size(), 1U);
  node_.blocks(2);
  run_until([&] { return node_.pool.size() == 1; });
  EXPECT_EQ(outcomes_.size(), 1U);
  EXPECT_EQ(node_.pool[0].nonce, 1U);
  node_.mine();
  node_.blocks(2);
  run_until([&] { return outcomes_.size() == 2; });
  EXPECT_TRUE(outcomes_[1].succeeded());
  EXPECT_TRUE(transactor_->idle());
}

TEST_F(TransactorTest, NothingLeavesWithoutAName) {
  journal_works_ = false;
  send();
  EXPECT_EQ(outcome().kind, Kind::kNotSent);
  EXPECT_TRUE(node_.sent.empty());
}

TEST_F(TransactorTest, ACallThatWouldFailIsNotSent) {
  node_.estimate_error =
      R"({"code":3,"message":"execution reverted","data":"0x4e487b710000000000000000000000000000000000000000000000000000000000000011"})";
  send();
  EXPECT_EQ(outcome().kind, Kind::kNotSent);
  EXPECT_EQ(outcome().reason, "the call would fail: panic 0x11");
  EXPECT_TRUE(named_.empty());
}

TEST_F(TransactorTest, LimitsOnFeeCostAndBalance) {
  settings_.max_fee_wei = gwei(139);  // base 100 + tip 40
  transactor_ = make();
  send();
  EXPECT_NE(outcome().reason.find("139 gwei"), std::string::npos);
  settings_.max_fee_wei = gwei(500);
  settings_.max_cost_wei = gwei(240) * 125'000 - 1;
  transactor_ = make();
  send();
  run_until([&] { return outcomes_.size() == 2; });
  EXPECT_EQ(outcomes_[1].kind, Kind::kNotSent);
  settings_.max_cost_wei += 1;
  node_.balance = settings_.max_cost_wei - 1;
  transactor_ = make();
  send();
  run_until([&] { return outcomes_.size() == 3; });
  EXPECT_NE(outcomes_[2].reason.find("send it more"), std::string::npos);
  EXPECT_TRUE(named_.empty());
  node_.balance += 1;
  send();
  run_until([&] { return node_.pool.size() == 1; });
}

TEST_F(TransactorTest, ForeignTransactionsOnTheirWayStopIt) {
  node_.foreign_pending = 1;
  send();
  EXPECT_EQ(outcome().kind, Kind::kNotSent);
  EXPECT_NE(outcome().reason.find("not sent from here"), std::string::npos);
  EXPECT_TRUE(named_.empty());
}

TEST_F(TransactorTest, ANodeThatIsBehindIsNotBelieved) {
  node_.nonce = 4;
  transactor_->set_next_nonce(5);
  send();
  run_until([&] { return node_.asked["eth_feeHistory"] >= 2; });
  EXPECT_TRUE(named_.empty());
  node_.nonce = 5;
  run_until([&] { return node_.pool.size() == 1; });
  EXPECT_EQ(named_[0].nonce, 5U);
}

// The bytes went out and nobody knows: look, send the same bytes, sign nothing.
TEST_F(TransactorTest, SilenceAfterSending) {
  transactor_.reset();
  rpc_ = RpcClient::make(loop_, {.urls = {node_.url()}, .timeout = Nanos::from_millis(50)}).value();
  transactor_ = make();
  bool first = true;
  node_.fault = [&](const std::string& m, const net::HttpRequest&, const net::HttpResponder& r) {
    if (m != "eth_sendRawTransaction" || !std::exchange(first, false)) return false;
    held_.push_back(r);  // never answered
    return true;
  };
  send();
  run_until([&] { return node_.pool.size() == 1; });
  EXPECT_EQ(named_.size(), 1U);
  node_.mine();
  node_.blocks(2);
  EXPECT_EQ(outcome().kind, Kind::kConfirmed);
}

TEST_F(TransactorTest, AnswerLostButTransactionTaken) {
  // The node takes it and the answer is an HTML page; sending again says "already known".
  int sends = 0;
  node_.fault = [&](const std::string& m, const net::HttpRequest& q, const net::HttpResponder& r) {
    if (m != "eth_sendRawTransaction" || sends++ > 0) return false;
    const std::size_t at = q.body.find("0x02");
    const Bytes raw = parse_bytes(std::string_view(q.body).substr(at, q.body.rfind('"') - at)).value();
    node_.pool.push_back({.hash = crypto::keccak256(raw), .nonce = 0, .priority = 0, .max_fee = 0, .raw = raw});
    return r.send(200, "<html>gateway</html>", "text/html"), true;
  };
  send();
  run_until([&] { return sends >= 2; });
  polls(2);
  EXPECT_EQ(named_.size(), 1U);
  EXPECT_EQ(node_.pool.size(), 1U);
  node_.mine();
  node_.blocks(2);
  EXPECT_EQ(outcome().kind, Kind::kConfirmed);
}

TEST_F(TransactorTest, RefusedByTheNodeIsNotSent) {
  node_.send_error = R"({"code":-32000,"message":"insufficient funds for gas * price + value"})";
  send();
  EXPECT_EQ(outcome().kind, Kind::kNotSent);
  EXPECT_NE(outcome().reason.find("insufficient funds"), std::string::npos);
  EXPECT_EQ(named_.size(), 1U);
  // The nonce is free: the next call uses it.
  node_.send_error.clear();
  call_.data = {9};
  send();
  run_until([&] { return node_.pool.size() == 1; });
  EXPECT_EQ(named_[1].nonce, 0U);
}

TEST_F(TransactorTest, RefusedAfterADoubtIsStillFollowed) {
  int sends = 0;
  node_.fault = [&](const std::string& m, const net::HttpRequest&, const net::HttpResponder& r) {
    if (m != "eth_sendRawTransaction" || sends++ > 0) return false;
    return r.abort(), true;
  };
  node_.send_error = R"({"code":-32000,"message":"txpool is full"})";
  send();
  run_until([&] { return sends >= 2; });
  polls(5);
  EXPECT_TRUE(outcomes_.empty());
  EXPECT_EQ(named_.size(), 1U);
}

TEST_F(TransactorTest, ReplacedUnderTheSameNonceAfterATimeout) {
  send();
  run_until([&] { return node_.pool.size() == 1; });
  polls(3);
  now_ += Nanos::from_millis(29'999);
  polls(3);
  EXPECT_EQ(named_.size(), 1U);
  now_ += Nanos::from_millis(1);
  run_until([&] { return named_.size() == 2; });
  run_until([&] { return node_.pool[0].hash == named_[1].hash; });  // the node's own 10 % rule was met
  EXPECT_EQ(named_[1].nonce, named_[0].nonce);
  EXPECT_EQ(named_[1].max_fee_wei, gwei(270));
  EXPECT_EQ(named_[1].max_priority_fee_wei, gwei(45));
  node_.mine();
  node_.blocks(2);
  EXPECT_EQ(outcome().hash, named_[1].hash);
}

TEST_F(TransactorTest, TheReplacedOneMayStillWin) {
  send();
  run_until([&] { return node_.pool.size() == 1; });
  const FakeNode::Seen original = node_.pool[0];
  now_ += Nanos::from_seconds(31);
  run_until([&] { return named_.size() == 2; });
  run_until([&] { return node_.pool[0].hash == named_[1].hash; });
  node_.pool[0] = original;
  node_.mine();
  node_.blocks(2);
  EXPECT_EQ(outcome().kind, Kind::kConfirmed);
  EXPECT_EQ(outcome().hash, named_[0].hash);
}

TEST_F(TransactorTest, TheFeeCapHoldsForReplacementsToo) {
  settings_.max_fee_wei = gwei(269);  // 240 * 1.125 = 270
  transactor_ = make();
  send();
  run_until([&] { return node_.pool.size() == 1; });
  for (int i = 0; i < 3; ++i) {
    now_ += Nanos::from_seconds(31);
    polls(3);
  }
  EXPECT_EQ(named_.size(), 1U);
  EXPECT_EQ(stuck_.size(), 1U);  // told once
  EXPECT_TRUE(outcomes_.empty());
  node_.mine();
  node_.blocks(2);
  EXPECT_EQ(outcome().kind, Kind::kConfirmed);
}

TEST_F(TransactorTest, RevertedIsFailureAndCostsGas) {
  node_.call_error =
      R"({"code":3,"message":"execution reverted","data":"0x4e487b710000000000000000000000000000000000000000000000000000000000000001"})";
  send();
  run_until([&] { return node_.pool.size() == 1; });
  node_.mine(false);
  node_.blocks(2);
  EXPECT_EQ(outcome().kind, Kind::kReverted);
  EXPECT_FALSE(outcome().succeeded());
  EXPECT_EQ(outcome().reason, "reverted: panic 0x01");
  EXPECT_GT(outcome().cost_wei, 0);
  EXPECT_EQ(transactor_->next_nonce(), 1U);
}

TEST_F(TransactorTest, ReorgBackIntoThePool) {
  send();
  run_until([&] { return node_.pool.size() == 1; });
  node_.mine();
  polls(3);
  node_.reorg(1, true);
  node_.blocks(10);
  polls(5);
  EXPECT_TRUE(outcomes_.empty());
  node_.mine();
  node_.blocks(2);
  EXPECT_EQ(outcome().kind, Kind::kConfirmed);
  EXPECT_EQ(outcome().block_number, 1012U);
  EXPECT_EQ(named_.size(), 1U);
}

TEST_F(TransactorTest, ReorgIntoNothingIsSentAgain) {
  send();
  run_until([&] { return node_.pool.size() == 1; });
  node_.mine();
  polls(3);
  node_.reorg(1, false);
  run_until([&] { return node_.pool.size() == 1; });  // the same bytes
  EXPECT_EQ(node_.pool[0].hash, named_.at(0).hash);
  EXPECT_EQ(named_.size(), 1U);
}

// Receipts and blocks of different nodes can disagree: depth alone proves nothing.
TEST_F(TransactorTest, AReceiptFromAnotherForkDoesNotCount) {
  send();
  run_until([&] { return node_.pool.size() == 1; });
  answer_with("eth_getBlockByNumber", [&](const net::HttpResponder& r) {
    r.send(200, fmt::format(R"({{"jsonrpc":"2.0","id":1,"result":{{"number":"0x3e9","hash":"{}"}}}})", hex(Digest{9})));
  });
  node_.mine();
  node_.blocks(50);
  polls(5);
  EXPECT_TRUE(outcomes_.empty());
  node_.fault = {};
  EXPECT_EQ(outcome().kind, Kind::kConfirmed);
}

TEST_F(TransactorTest, SomebodyElseUsedTheNonce) {
  node_.keep_out_of_pool = true;
  send();
  run_until([&] { return node_.sent.size() == 1; });
  node_.nonce = 1;  // no receipt of ours
  polls(5);
  EXPECT_TRUE(outcomes_.empty());  // a lagging receipt index looks the same for a while
  node_.blocks(3);
  EXPECT_EQ(outcome().kind, Kind::kSuperseded);
  EXPECT_EQ(named_.size(), 1U);
}

TEST_F(TransactorTest, UnreachableNodeMeansNotSent) {
  transactor_.reset();
  rpc_ = RpcClient::make(loop_, {.urls = {"http://127.0.0.1:1"}, .timeout = Nanos::from_seconds(5)}).value();
  transactor_ = make();
  send();
  EXPECT_EQ(outcome().kind, Kind::kNotSent);
  EXPECT_TRUE(named_.empty());
}

TEST_F(TransactorTest, ResumedAfterARestart) {
  send();
  run_until([&] { return node_.pool.size() == 1; });
  transactor_.reset();  // the process dies
  node_.pool.clear();   // and the node forgets

  transactor_ = make();
  transactor_->resume(call_, named_, callbacks());
  transactor_->send({.to = call_.to, .data = {9}}, callbacks());
  run_until([&] { return node_.pool.size() == 1; });
  EXPECT_EQ(node_.pool[0].hash, named_[0].hash);  // the same bytes, found in the log
  EXPECT_EQ(named_.size(), 1U);
  node_.mine();
  node_.blocks(2);
  EXPECT_EQ(outcome().hash, named_[0].hash);
  run_until([&] { return named_.size() == 2; });
  EXPECT_EQ(named_[1].nonce, 1U);
}

// Law 5 under everything at once. Whatever the node does: a call has one nonce; "not sent" is said only of what no node
// has read; "confirmed" only of what is in the chain; and the chain never holds a call twice.
TEST_F(TransactorTest, NeverTwice) {
  int confirmed = 0;
  EXPECT_TRUE(rc::check([&](std::uint64_t seed) {
    Random random(seed);
    node_.sent.clear(), node_.pool.clear(), node_.mined.clear(), node_.forks_from.clear();
    node_.nonce = 0;
    node_.block = 1000;
    transactor_ = make();
    node_.fault = [&](const std::string&, const net::HttpRequest&, const net::HttpResponder& r) {
      switch (random.between(0, 11)) {
        case 0: return r.abort(), true;
        case 1: return r.send(502, "<html>"), true;
        case 2: return r.send(200, "[]"), true;
        default: return false;
      }
    };
    constexpr std::size_t kCalls = 3;
    std::array<std::set<std::uint64_t>, kCalls> nonces;
    std::array<std::set<Digest>, kCalls> names;
    std::size_t over = 0;
    const auto has = [](const auto& list, const std::set<Digest>& hashes, const auto& hash_of) {
      return std::any_of(list.begin(), list.end(), [&](const auto& one) { return hashes.contains(hash_of(one)); });
    };
    const auto seen_hash = [](const FakeNode::Seen& s) { return s.hash; };
    const auto mined_hash = [](const FakeNode::Mined& m) { return m.transaction.hash; };
    for (std::size_t i = 0; i < kCalls; ++i) {
      transactor_->send({.to = call_.to, .data = {static_cast<std::uint8_t>(i)}},
                        {.on_named =
                             [&, i](const Attempt& a) {
                               nonces[i].insert(a.nonce);
                               names[i].insert(a.hash);
                               return true;
                             },
                         .on_done =
                             [&, i](const SendOutcome& o) {
                               ++over;
                               confirmed += o.succeeded() ? 1 : 0;
                               RC_ASSERT(o.kind == Kind::kConfirmed || o.kind == Kind::kNotSent);
                               RC_ASSERT(o.succeeded() == has(node_.mined, names[i], mined_hash));
                               if (!o.succeeded()) RC_ASSERT(!has(node_.sent, names[i], seen_hash));
                             }});
    }
    for (int step = 0; step < 400 && over < kCalls; ++step) {
      const int goal = node_.asked["eth_blockNumber"] + 1;
      (void)loop_.run_until([&] { return node_.asked["eth_blockNumber"] >= goal || over == kCalls; },
                            Nanos::from_millis(5));
      switch (random.between(0, 9)) {
        case 0: node_.pool.clear(); break;
        case 1: now_ += Nanos::from_seconds(31); break;
        case 2: node_.reorg(settings_.confirmations - 1, random.between(0, 1) == 0); break;
        case 3:
        case 4: node_.mine(); break;
        default: node_.blocks(1);
      }
      for (std::size_t i = 0; i < kCalls; ++i) {
        RC_ASSERT(nonces[i].size() <= 1U);
        RC_ASSERT(std::count_if(node_.mined.begin(), node_.mined.end(),
                                [&](const FakeNode::Mined& m) { return names[i].contains(m.transaction.hash); }) <= 1);
      }
    }
  }));
  EXPECT_GT(confirmed, 50);  // the test does get somewhere
}

}  // namespace
}  // namespace underround::chain
