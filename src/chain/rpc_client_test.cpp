#include "chain/rpc_client.hpp"

#include "chain/fake_node.hpp"
#include "chain/transaction.hpp"

namespace underround::chain {
namespace {

using Kind = RpcFailure::Kind;
constexpr Nanos kPatience = Nanos::from_seconds(30);  // real time; only a failing test waits this long

class RpcClientTest : public ::testing::Test {
 protected:
  net::EventLoop loop_;
  FakeNode node_{loop_}, second_{loop_};
  Address account_ = addr("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  std::vector<net::HttpResponder> held_;

  std::unique_ptr<RpcClient> make(std::vector<std::string> urls, Nanos timeout = kPatience) {
    return RpcClient::make(loop_, {.urls = std::move(urls), .timeout = timeout}).value();
  }
  template <class T, class Ask>
  RpcResult<T> wait(const Ask& ask) {
    std::optional<RpcResult<T>> answer;
    ask([&](const RpcResult<T>& r) { answer = r; });
    EXPECT_FALSE(answer.has_value());  // never from inside the call
    EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }, kPatience));
    return answer.value();
  }
  RpcResult<std::uint64_t> block_number(RpcClient& rpc) {
    return wait<std::uint64_t>([&](auto done) { rpc.block_number(done); });
  }
};

TEST_F(RpcClientTest, EveryQuestion) {
  const auto rpc = make({node_.url() + "/v2/some-token"});
  node_.nonce = 7;
  node_.foreign_pending = 2;
  EXPECT_EQ(wait<std::uint64_t>([&](auto done) { rpc->chain_id(done); }).value(), 137U);
  EXPECT_EQ(node_.last_request.target, "/v2/some-token");
  EXPECT_EQ(block_number(*rpc).value(), 1000U);
  const auto state = wait<AccountState>([&](auto done) { rpc->account(account_, done); }).value();
  EXPECT_EQ(state.nonce_latest, 7U);
  EXPECT_EQ(state.nonce_pending, 9U);
  EXPECT_EQ(state.base_fee_wei, gwei(100));
  EXPECT_EQ(state.priority_fee_wei, gwei(40));
  EXPECT_EQ(state.balance_wei, Wei(10) * kWeiPerCoin);
  EXPECT_EQ(wait<std::uint64_t>([&](auto done) { rpc->estimate_gas(account_, {.to = account_}, done); }).value(),
            100'000U);
  EXPECT_EQ(wait<Bytes>([&](auto done) { rpc->call(&account_, {.to = account_}, done); }).value(), Bytes{});
  const auto block = wait<std::optional<BlockRef>>([&](auto done) { rpc->block(999, done); }).value();
  EXPECT_EQ(block->hash, node_.block_hash(999));
  EXPECT_FALSE(wait<std::optional<BlockRef>>([&](auto done) { rpc->block(1001, done); }).value());
  const auto progress = wait<Progress>([&](auto done) {
                          rpc->progress(account_, {Digest{}, Digest{1}}, done);
                        }).value();
  EXPECT_EQ(progress.block_number, 1000U);
  EXPECT_EQ(progress.nonce_latest, 7U);
  EXPECT_EQ(progress.receipts.size(), 2U);
  EXPECT_FALSE(wait<std::optional<Receipt>>([&](auto done) { rpc->receipt(Digest{}, done); }).value());
}

TEST_F(RpcClientTest, TheNodesOwnErrorIsAnAnswer) {
  const auto rpc = make({node_.url(), second_.url()});
  node_.estimate_error = R"({"code":3,"message":"execution reverted","data":"0xdeadbeef"})";
  const auto gas = wait<std::uint64_t>([&](auto done) { rpc->estimate_gas(account_, {}, done); });
  ASSERT_FALSE(gas);
  EXPECT_EQ(gas.error().kind, Kind::kServer);
  EXPECT_EQ(gas.error().code, 3);
  EXPECT_EQ(gas.error().data.size(), 4U);
  EXPECT_FALSE(gas.error().maybe_delivered);
  EXPECT_EQ(second_.asked["eth_estimateGas"], 0);
}

TEST_F(RpcClientTest, HtmlStatusAndSilenceAreTold) {
  const auto rpc = make({node_.url()});
  node_.fault = [](const std::string&, const net::HttpRequest&, const net::HttpResponder& r) {
    return r.send(200, "<html>maintenance</html>", "text/html"), true;
  };
  auto answer = block_number(*rpc);
  EXPECT_EQ(answer.error().kind, Kind::kNotJson);
  EXPECT_TRUE(answer.error().maybe_delivered);

  node_.fault = [](const std::string&, const net::HttpRequest&, const net::HttpResponder& r) {
    return r.send(502, "<html>Bad Gateway</html>", "text/html"), true;
  };
  answer = block_number(*rpc);
  EXPECT_EQ(answer.error().kind, Kind::kHttp);
  EXPECT_EQ(answer.error().http_status, 502);
  EXPECT_TRUE(answer.error().maybe_delivered);

  node_.fault = [](const std::string&, const net::HttpRequest&, const net::HttpResponder& r) {
    return r.send(400, R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"bad params"}})"), true;
  };
  EXPECT_EQ(block_number(*rpc).error().kind, Kind::kServer);

  node_.fault = [](const std::string&, const net::HttpRequest&, const net::HttpResponder& r) {
    return r.abort(), true;
  };
  EXPECT_EQ(block_number(*rpc).error().kind, Kind::kUnknown);

  node_.fault = [this](const std::string&, const net::HttpRequest&, const net::HttpResponder& r) {
    return held_.push_back(r), true;
  };
  const auto impatient = make({node_.url()}, Nanos::from_millis(20));
  answer = block_number(*impatient);
  EXPECT_EQ(answer.error().kind, Kind::kUnknown);
  EXPECT_EQ(answer.error().error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(answer.error().maybe_delivered);
}

TEST_F(RpcClientTest, TheNextNodeIsAskedAndRemembered) {
  const auto rpc = make({node_.url(), second_.url()});
  second_.block = 2000;
  int refused = 0;
  node_.fault = [&](const std::string&, const net::HttpRequest&, const net::HttpResponder& r) {
    return ++refused, r.send(503, "busy"), true;
  };
  EXPECT_EQ(block_number(*rpc).value(), 2000U);
  EXPECT_EQ(block_number(*rpc).value(), 2000U);
  EXPECT_EQ(refused, 1);  // the one that works is asked first

  second_.fault = node_.fault;
  const auto answer = block_number(*rpc);
  EXPECT_EQ(answer.error().http_status, 503);
  EXPECT_EQ(refused, 3);  // each once, no more
}

TEST_F(RpcClientTest, RateLimitsGoToTheNextNode) {
  const auto rpc = make({node_.url(), second_.url()});
  second_.block = 2000;
  node_.fault = [](const std::string&, const net::HttpRequest&, const net::HttpResponder& r) {
    return r.send(200, R"({"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"rate limit"}})"), true;
  };
  EXPECT_EQ(block_number(*rpc).value(), 2000U);
}

// A refusal after a doubt is not proof that nobody has the transaction.
TEST_F(RpcClientTest, DoubtSurvivesFailOver) {
  const auto rpc = make({node_.url(), second_.url()});
  node_.fault = [](const std::string&, const net::HttpRequest&, const net::HttpResponder& r) {
    return r.abort(), true;
  };
  second_.send_error = R"({"code":-32000,"message":"txpool is full"})";
  const auto key = crypto::SecretKey::from_hex(kTestKey).value();
  const auto answer = wait<Digest>([&](auto done) { rpc->send_raw(sign({.chain_id = 137}, key).raw, done); });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::kServer);
  EXPECT_TRUE(answer.error().maybe_delivered);
}

TEST_F(RpcClientTest, NobodyThere) {
  std::string url;
  {
    const FakeNode gone(loop_);
    url = gone.url();
  }
  const auto rpc = make({url + "/secret-token"});
  const auto answer = block_number(*rpc);
  EXPECT_EQ(answer.error().kind, Kind::kNeverSent);
  EXPECT_FALSE(answer.error().maybe_delivered);
  EXPECT_EQ(answer.error().error().message.find("secret-token"), std::string::npos);
}

TEST_F(RpcClientTest, BadUrlsAreRefusedWithoutQuotingThem) {
  EXPECT_FALSE(RpcClient::make(loop_, {}));
  const auto rpc = RpcClient::make(loop_, {.urls = {"wss://node.example/secret-token"}});
  ASSERT_FALSE(rpc);
  EXPECT_EQ(rpc.error().message.find("secret-token"), std::string::npos);
}

}  // namespace
}  // namespace underround::chain
