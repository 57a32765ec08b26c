#include "chain/rpc_codec.hpp"

#include <rapidcheck.h>

#include "chain/test_vectors.hpp"

namespace underround::chain::rpc {
namespace {

using Kind = RpcFailure::Kind;

TEST(RpcRequests, OneObjectOrOneArray) {
  EXPECT_EQ(encode_requests({{"eth_chainId", "[]"}}), R"({"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]})");
  EXPECT_EQ(
      encode_requests({{"a", "[]"}, {"b", "[1]"}}),
      R"([{"jsonrpc":"2.0","id":1,"method":"a","params":[]},{"jsonrpc":"2.0","id":2,"method":"b","params":[1]}])");
  EXPECT_EQ(quantity(0), "0x0");
  EXPECT_EQ(quantity(Wei(1) << 70), "0x400000000000000000");
  EXPECT_EQ(call_object(nullptr, {.data = {0xab}}), R"({"data":"0xab"})");
  const Address a = addr("0x00000000000000000000000000000000000000ff");
  EXPECT_EQ(call_object(&a, {.to = a, .data = {}, .value_wei = 31}),
            R"({"from":"0x00000000000000000000000000000000000000ff","to":"0x00000000000000000000000000000000000000ff",)"
            R"("value":"0x1f","data":"0x"})");
}

TEST(RpcAnswers, AnyOrderByTheirIds) {
  Parser parser;
  const auto answers = parser.parse(
      R"([{"id":2,"error":{"code":-32000,"message":"nonce too low"}},{"jsonrpc":"2.0","id":1,"result":"0x10"}])", 2);
  ASSERT_TRUE(answers);
  EXPECT_EQ(parse_number(*answers->at(0)), 16U);
  ASSERT_FALSE(answers->at(1));
  EXPECT_EQ(answers->at(1).error().kind, Kind::kServer);
  EXPECT_EQ(answers->at(1).error().code, -32000);
  EXPECT_EQ(answers->at(1).error().message, "nonce too low");
}

TEST(RpcAnswers, WhatIsNotAnAnswer) {
  Parser parser;
  const auto kind = [&](std::string_view body, std::size_t count) {
    const auto answers = parser.parse(body, count);
    EXPECT_FALSE(answers) << body;
    return answers ? Kind::kServer : answers.error().kind;
  };
  EXPECT_EQ(kind("<html>502 Bad Gateway</html>", 1), Kind::kNotJson);
  EXPECT_EQ(kind("", 1), Kind::kNotJson);
  EXPECT_EQ(kind(R"({"id":1,"result":"0x1)", 1), Kind::kNotJson);
  EXPECT_EQ(kind(R"({"id":7,"result":"0x1"})", 1), Kind::kMalformed);
  EXPECT_EQ(kind(R"({"id":1})", 1), Kind::kMalformed);
  EXPECT_EQ(kind("3", 1), Kind::kMalformed);
  EXPECT_EQ(kind(R"([{"id":1,"result":1}])", 2), Kind::kMalformed);
  EXPECT_EQ(kind(R"([{"id":1,"result":1},{"id":1,"result":1}])", 2), Kind::kMalformed);
  EXPECT_EQ(kind(R"({"id":1,"result":"0x1"})", 2), Kind::kMalformed);
  EXPECT_EQ(kind(R"({"id":null,"error":{"code":-32600,"message":"batch too large"}})", 3), Kind::kServer);
}

TEST(RpcAnswers, RevertDataAndHostileText) {
  Parser parser;
  auto answers = parser.parse(
      R"({"id":1,"error":{"code":3,"message":"execution \u0007reverted","data":"0x4e487b710000000000000000000000000000000000000000000000000000000000000011"}})",
      1);
  EXPECT_EQ(answers->at(0).error().message, "execution ?reverted");
  EXPECT_EQ(revert_reason(answers->at(0).error().data), "panic 0x11");
  EXPECT_EQ(answers->at(0).error().error().code, ErrorCode::kRefused);
  answers = parser.parse(R"({"id":1,"error":{"code":3,"data":{"data":"0xdeadbeef"}}})", 1);
  EXPECT_EQ(answers->at(0).error().data, (Bytes{0xde, 0xad, 0xbe, 0xef}));
}

class RpcValues : public ::testing::Test {
 protected:
  Element json(std::string_view text) { return parser_.parse(simdjson::padded_string(text)).value(); }
  simdjson::dom::parser parser_;
};

TEST_F(RpcValues, NumbersAreBounded) {
  EXPECT_EQ(parse_number(json(R"("0x0")")), 0U);
  EXPECT_EQ(parse_number(json(R"("0xffffffffffffffff")")), ~std::uint64_t{0});
  EXPECT_EQ(parse_wei(json(R"("0xffffffffffffffffffffffff")")), (Wei(1) << 96) - 1);
  for (const char* bad : {R"("0x10000000000000000")", R"("0x")", R"("16")", "16", "null", R"("0x1g")", R"("-0x1")"}) {
    EXPECT_FALSE(parse_number(json(bad))) << bad;
  }
  EXPECT_FALSE(parse_wei(json(R"("0x1000000000000000000000000")")));
}

TEST_F(RpcValues, Receipts) {
  const std::string hash = "0x" + std::string(64, '1'), block = "0x" + std::string(64, '2');
  const std::string good =
      R"({"transactionHash":")" + hash + R"(","blockHash":")" + block +
      R"(","blockNumber":"0x10","gasUsed":"0x5208","effectiveGasPrice":"0x3b9aca00","status":"0x1"})";
  const auto receipt = parse_receipt(json(good)).value().value();
  EXPECT_EQ(hex(receipt.transaction_hash), hash);
  EXPECT_EQ(hex(receipt.block_hash), block);
  EXPECT_EQ(receipt.block_number, 16U);
  EXPECT_TRUE(receipt.succeeded);
  EXPECT_EQ(receipt.cost_wei(), Wei(21000) * kWeiPerGwei);

  EXPECT_FALSE(parse_receipt(json("null")).value());
  EXPECT_FALSE(parse_receipt(json(R"({"blockHash":null})")).value());  // pending
  for (const char* member : {"transactionHash", "blockHash", "blockNumber", "gasUsed", "effectiveGasPrice", "status"}) {
    std::string without = good;
    without.replace(without.find(member), 2, "__");
    EXPECT_FALSE(parse_receipt(json(without))) << member;
  }
  std::string odd = good;
  odd.replace(odd.find("\"0x1\"}"), 5, "\"0x2\"");
  EXPECT_FALSE(parse_receipt(json(odd)));
}

TEST_F(RpcValues, NextBaseFeeIsTheLast) {
  EXPECT_EQ(parse_next_base_fee(json(R"({"oldestBlock":"0x1","baseFeePerGas":["0x5","0x7"]})")), Wei(7));
  EXPECT_FALSE(parse_next_base_fee(json(R"({"baseFeePerGas":[]})")));
  EXPECT_FALSE(parse_next_base_fee(json(R"({})")));
}

}  // namespace
}  // namespace underround::chain::rpc
