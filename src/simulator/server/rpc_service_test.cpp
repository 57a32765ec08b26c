// The node of the box over a real socket: reads, batches, refusals, and a transaction from its name to its receipt.
#include "simulator/server/rpc_service.hpp"

#include "crypto/encoding.hpp"
#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

// A transaction of a reference library: nonce 0 of the first well-known test key, 21000 gas, no data.
constexpr char kRaw[] =
    "0x02f86d8189808506fc23ac008514f46b04008252089412121212006e4cd160d18e3f00711da5c33726008080c080a014fe4993e8ce6b99d4"
    "7b63512c0dbf100ad0da21039ca3f067763b8f05cb9a71a0413c02451429eac519593a81592b51bc55afef2cfec26c636875cd7fc7df8c68";
constexpr char kHash[] = "0x93f41078077533ea842b6103891627f06b19200b67cde53bfc9eb46242f20003";
constexpr char kSender[] = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

class RpcServiceTest : public ServerTest {
 protected:
  void SetUp() override { start(quiet_settings()); }
  Answer ask(const std::string& method, const std::string& params) {
    return call(urls().rpc, "POST", "/",
                R"({"jsonrpc":"2.0","id":7,"method":")" + method + R"(","params":)" + params + "}");
  }
  std::string result(const std::string& method, const std::string& params) {
    return std::string(ask(method, params).json.text("result"));
  }
  std::string refusal(const std::string& method, const std::string& params) {
    const Answer answer = ask(method, params);
    const JsonValue* error = answer.json.find("error");
    return error == nullptr ? "no error: " + answer.body : std::string(error->text("message"));
  }
};

TEST_F(RpcServiceTest, SaysWhoItIsAndHowFarItGot) {
  EXPECT_EQ(result("eth_chainId", "[]"), "0x89");
  const std::string before = result("eth_blockNumber", "[]");
  advance(4'000);
  EXPECT_EQ(std::stoull(result("eth_blockNumber", "[]"), nullptr, 16), std::stoull(before, nullptr, 16) + 2);
  const Answer block = ask("eth_getBlockByNumber", R"(["latest",false])");
  EXPECT_EQ(block.json.find("result")->text("hash").size(), 66U);
  EXPECT_TRUE(ask("eth_getBlockByNumber", R"(["0xfffffff",false])").json.find("result")->is(JsonValue::Kind::kNull));
  EXPECT_EQ(ask("eth_mine", "[]").json.find("error")->integer("code"), -32601);
}

TEST_F(RpcServiceTest, BatchesKeepOrderAndIds) {
  const Answer answer = call(urls().rpc, "POST", "/",
                             R"([{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},)"
                             R"({"jsonrpc":"2.0","id":2,"method":"nonsense"}])");
  ASSERT_EQ(answer.json.items.size(), 2U);
  EXPECT_EQ(answer.json.items[0].text("id"), "a");
  EXPECT_EQ(answer.json.items[0].text("result"), "0x89");
  EXPECT_EQ(answer.json.items[1].find("error")->integer("code"), -32601);
  EXPECT_EQ(call(urls().rpc, "POST", "/", "<html>").json.find("error")->integer("code"), -32700);
}

TEST_F(RpcServiceTest, ATransactionNeedsCoinsAndItsTurn) {
  const std::string raw = std::string("[\"") + kRaw + "\"]", name = std::string("[\"") + kHash + "\"]";
  EXPECT_NE(refusal("eth_sendRawTransaction", raw).find("insufficient funds"), std::string::npos);
  give(kSender, "5");
  const std::string account = std::string("[\"") + kSender + "\",";
  EXPECT_EQ(result("eth_getBalance", account + "\"latest\"]"), "0x8ac7230489e80000");  // 10 coins
  EXPECT_EQ(result("eth_sendRawTransaction", raw), kHash);
  EXPECT_EQ(refusal("eth_sendRawTransaction", raw), "already known");
  EXPECT_EQ(result("eth_getTransactionCount", account + "\"latest\"]"), "0x0");
  EXPECT_EQ(result("eth_getTransactionCount", account + "\"pending\"]"), "0x1");
  EXPECT_TRUE(ask("eth_getTransactionReceipt", name).json.find("result")->is(JsonValue::Kind::kNull));
  advance(2'000);
  const Answer receipt = ask("eth_getTransactionReceipt", name);
  EXPECT_EQ(receipt.json.find("result")->text("status"), "0x0") << "the router has no fallback";
  EXPECT_EQ(receipt.json.find("result")->text("gasUsed"), "0x5208") << "all it had";
  EXPECT_EQ(result("eth_getTransactionCount", account + "\"latest\"]"), "0x1");
  EXPECT_NE(refusal("eth_sendRawTransaction", raw).find("nonce too low"), std::string::npos);
  EXPECT_NE(refusal("eth_sendRawTransaction", R"(["0x02c0"])"), "");
}

TEST_F(RpcServiceTest, CallsRevertWithTheirReason) {
  // merge of one micro-set nobody has
  const TestMarket market = plain_market();
  const std::string words = "000000000000000000000000c011a7e12a19f7b1f670d46f03b03f3342e82dfb" + std::string(64, '0') +
                            market.condition.substr(2) + std::string(62, '0') + "a0" + std::string(63, '0') + "1" +
                            std::string(63, '0') + "2" + std::string(63, '0') + "1" + std::string(63, '0') + "2";
  const std::string call_object = R"([{"from":")" + std::string(kSender) +
                                  R"(","to":"0xAdA100Db00Ca00073811820692005400218FcE1f","data":"0x9e7212ad)" + words +
                                  R"("},"latest"])";
  const Answer answer = ask("eth_call", call_object);
  EXPECT_EQ(answer.json.find("error")->integer("code"), 3);
  EXPECT_EQ(answer.json.find("error")->text("message"), "execution reverted: SafeMath: subtraction overflow");
  EXPECT_TRUE(answer.json.find("error")->text("data").starts_with("0x08c379a0"));
  EXPECT_EQ(ask("eth_estimateGas", call_object).json.find("error")->integer("code"), 3);
}

}  // namespace
}  // namespace underround::simulator
