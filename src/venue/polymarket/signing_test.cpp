#include "venue/polymarket/signing.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <array>
#include <string>

#include "base/test_paths.hpp"
#include "crypto/encoding.hpp"
#include "venue/polymarket/order_codec.hpp"

namespace underround::polymarket {
namespace {

using crypto::Address;
using crypto::hex_0x;
using crypto::U256;
using simdjson::dom::element;

std::string str(simdjson::simdjson_result<element> value) { return std::string(std::string_view(value)); }
std::uint64_t number(simdjson::simdjson_result<element> value) { return std::stoull(str(value)); }

Digest digest(std::string_view text) {
  Digest out{};
  EXPECT_TRUE(crypto::decode_hex(text, out)) << text;
  return out;
}

class OrderVectors : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = parser_.load(source_folder() + "/src/crypto/testdata/vectors.json");
    key_ = crypto::SecretKey::from_hex(str(root_["key"]["private_key"])).value();
  }
  static bool is_v1(element vector) { return str(vector["domain"]["version"]) == "1"; }

  // A signer for the account of this vector.
  OrderSigner signer(element order, std::uint64_t chain_id) const {
    return {*key_,
            {.chain_id = chain_id,
             .type = static_cast<SignatureType>(std::uint64_t(order["signatureType"])),
             .maker = crypto::parse_address(str(order["maker"])).value(),
             .builder = digest(str(order["builder"])),
             .metadata = digest(str(order["metadata"]))}};
  }
  static Order order_of(const OrderSigner& signer, element order) {
    return signer.order(number(order["salt"]), U256::parse(str(order["tokenId"])).value(),
                        {number(order["makerAmount"]), number(order["takerAmount"])},
                        str(order["side"]) == "BUY" ? Side::kBuy : Side::kSell, number(order["timestamp"]));
  }
  static Exchange exchange_of_vector(element vector) {
    if (str(vector["domain"]["version"]) == "3") return Exchange::kV3;
    return str(vector["domain"]["verifyingContract"]).starts_with("0xe222") ? Exchange::kV2NegRisk
                                                                            : Exchange::kV2Standard;
  }
  static TimeInForce tif_of(std::string_view text) {
    for (const auto tif : {TimeInForce::kGtc, TimeInForce::kGtd, TimeInForce::kFok, TimeInForce::kFak}) {
      if (text == to_string(tif)) return tif;
    }
    ADD_FAILURE() << text;
    return TimeInForce::kGtc;
  }

  simdjson::dom::parser parser_;
  element root_;
  std::optional<crypto::SecretKey> key_;
};

TEST_F(OrderVectors, DigestSignatureAndBodyByteForByte) {
  int checked = 0;
  int wallets = 0;
  for (const element vector : simdjson::dom::array(root_["orders"])) {
    if (is_v1(vector)) continue;
    SCOPED_TRACE(str(vector["label"]));
    const element json = vector["order"];
    OrderSigner signer = this->signer(json, std::uint64_t(vector["domain"]["chainId"]));
    const Order order = order_of(signer, json);
    EXPECT_EQ(hex_0x(order_struct_hash(order)), str(vector["struct_hash"]));
    EXPECT_EQ(hex_0x(exchange_domain(exchange_of_vector(vector), signer.account().chain_id)),
              str(vector["domain_separator"]));
    const OrderName name = signer.name(order, exchange_of_vector(vector));
    EXPECT_EQ(hex_0x(name.digest), str(vector["order_id"]));
    SignatureBytes signature;
    signer.sign(name, signature);
    EXPECT_EQ(hex_0x(signature.view()), str(vector["signature"]));
    wallets += signature.size == 317 ? 1 : 0;

    simdjson::dom::parser body_parser;
    const std::string expected = str(vector["post_body"]);
    const element body = body_parser.parse(expected);
    std::array<char, kMaxOrderBody> buffer;
    const std::string owner = str(body["owner"]);
    EXPECT_EQ(encode_order({.order = &order,
                            .maker = signer.maker_text(),
                            .signer = signer.signer_text(),
                            .signature = signature.view(),
                            .owner = owner,
                            .tif = tif_of(str(body["orderType"])),
                            .post_only = bool(body["postOnly"]),
                            .expiration_s = number(json["expiration"])},
                           buffer),
              expected);
    EXPECT_EQ(encode_order({.order = &order,
                            .maker = signer.maker_text(),
                            .signer = signer.signer_text(),
                            .signature = signature.view(),
                            .owner = owner,
                            .tif = tif_of(str(body["orderType"])),
                            .post_only = bool(body["postOnly"]),
                            .expiration_s = number(json["expiration"]),
                            .token = std::string_view(json["tokenId"])},
                           buffer),
              expected);
    ++checked;
  }
  EXPECT_EQ(checked, 12);
  EXPECT_EQ(wallets, 3);
}

// Page 5.5, read back word by word as the wallet contract would.
TEST_F(OrderVectors, SessionKeyWrapsTheWalletSignature) {
  const auto wallet = crypto::parse_address("0x8ba1f109551bD432803012645Ac136ddd64DBA72").value();
  OrderSigner owner(*key_, {.type = SignatureType::kDepositWallet, .maker = wallet});
  OrderSigner session(*key_, {.type = SignatureType::kDepositWallet, .maker = wallet, .session_key = true});
  const Order order = session.order(7, U256(42), {1, 2}, Side::kSell, 1795000000123);
  EXPECT_EQ(order.signer, wallet);
  EXPECT_EQ(session.key_address(), key_->address());  // L2 requests are made under the session key's own address
  for (const Exchange exchange : {Exchange::kV2Standard, Exchange::kV3}) {
    const OrderName name = session.name(order, exchange);
    EXPECT_EQ(name.digest, owner.name(order, exchange).digest);
    SignatureBytes plain, wrapped;
    owner.sign(name, plain);
    session.sign(name, wrapped);
    ASSERT_EQ(plain.size, 317U);
    ASSERT_EQ(wrapped.size, 480U);
    const std::string text = crypto::hex(wrapped.view());
    const auto word = [&](std::size_t i) { return text.substr(i * 64, 64); };
    EXPECT_EQ(word(0), fmt::format("{:0>64}", crypto::hex(key_->address())));
    EXPECT_EQ(word(1), std::string(64, '0'));
    EXPECT_EQ(word(2), fmt::format("{:0>64}", "60"));   // where the bytes begin
    EXPECT_EQ(word(3), fmt::format("{:0>64}", "13d"));  // 317 of them
    EXPECT_EQ(text.substr(4 * 64, 634), crypto::hex(plain.view()));
    EXPECT_EQ(text.substr(4 * 64 + 634, 6), "000000");  // up to a whole word
    std::string magic;
    for (int i = 0; i < 16; ++i) magic += "6492";
    EXPECT_EQ(word(14), magic);
  }
}

TEST_F(OrderVectors, NoncePoolIsOneSetting) {
  const auto pool = crypto::NoncePool::make({.capacity = 2, .background = false}).value();
  OrderSigner signer(*key_, {.maker = key_->address(), .nonces = pool.get()});
  OrderSigner plain(*key_, {.maker = key_->address()});
  const auto signed_by = [](OrderSigner& by, const OrderName& name) {
    SignatureBytes bytes;
    by.sign(name, bytes);
    crypto::Signature signature;
    EXPECT_EQ(bytes.size, signature.size());
    std::copy_n(bytes.bytes.begin(), signature.size(), signature.begin());
    return signature;
  };
  const OrderName name = signer.name(signer.order(7, U256(42), {1, 2}, Side::kBuy, 1795000000123), Exchange::kV3);
  const crypto::Signature expected = signed_by(plain, name);
  for (int i = 0; i < 2; ++i) {
    const crypto::Signature pooled = signed_by(signer, name);
    EXPECT_NE(pooled, expected);
    EXPECT_EQ(crypto::recover(name.digest, pooled), key_->address());
  }
  EXPECT_EQ(signed_by(signer, name), expected);  // empty: RFC 6979
}

// One signer, many orders: nothing of an earlier order may stay behind in the prepared words.
TEST_F(OrderVectors, SignerIsReusable) {
  const element first = *simdjson::dom::array(root_["orders"]).begin();
  OrderSigner reused = signer(first["order"], 137);
  const Order order = order_of(reused, first["order"]);
  (void)reused.name(reused.order(~0ULL, U256(~0ULL), {~0ULL, ~0ULL}, Side::kSell, ~0ULL), Exchange::kV3);
  EXPECT_EQ(hex_0x(reused.name(order, Exchange::kV2Standard).digest), str(first["order_id"]));
}

// The retired struct, for old data: the EIP-712 pieces serve any type.
TEST_F(OrderVectors, RetiredV1Struct) {
  int checked = 0;
  for (const element vector : simdjson::dom::array(root_["orders"])) {
    if (!is_v1(vector)) continue;
    SCOPED_TRACE(str(vector["label"]));
    const element order = vector["order"];
    const auto address = [&](const char* field) { return crypto::parse_address(str(order[field])).value(); };
    crypto::Words<13> words;
    words.add(crypto::keccak256(str(root_["type_hashes"]["order_v1"]["type"])));
    words.add(number(order["salt"]));
    for (const char* field : {"maker", "signer", "taker"}) words.add(address(field));
    for (const char* field : {"tokenId", "makerAmount", "takerAmount", "expiration", "nonce", "feeRateBps"}) {
      words.add(U256::parse(str(order[field])).value());
    }
    words.add(std::uint64_t{str(order["side"]) == "BUY" ? 0U : 1U});
    words.add(std::uint64_t(order["signatureType"]));
    const Digest name = crypto::typed_digest(digest(str(vector["domain_separator"])), words.hash());
    EXPECT_EQ(hex_0x(name), str(vector["digest"]));
    EXPECT_EQ(hex_0x(key_->sign(name)), str(vector["signature"]));
    ++checked;
  }
  EXPECT_EQ(checked, 4);
}

TEST(Exchange, FollowsVersionThenNegRisk) {
  EXPECT_EQ(exchange_of(MarketVersion::kV1, false), Exchange::kV2Standard);
  EXPECT_EQ(exchange_of(MarketVersion::kV1, true), Exchange::kV2NegRisk);
  EXPECT_EQ(exchange_of(MarketVersion::kV2, false), Exchange::kV3);
  EXPECT_EQ(exchange_of(MarketVersion::kV2, true), Exchange::kV3);
}

}  // namespace
}  // namespace underround::polymarket
