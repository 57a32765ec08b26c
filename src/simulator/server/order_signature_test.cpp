// Every signature the official clients made must pass where it belongs and nowhere else.
#include "simulator/server/order_signature.hpp"

#include <gtest/gtest.h>

#include "crypto/encoding.hpp"
#include "simulator/server/order_payload.hpp"
#include "simulator/server/test_wallet.hpp"
#include "simulator/server/vectors_fixture.hpp"
#include "simulator/server/wallet_addresses.hpp"
#include "simulator/types.hpp"

namespace underround::simulator {
namespace {

using enum SignatureVerdict;

struct Official {
  OrderPayload order;
  Digest contents;
  ExchangeDomain domain;
  std::string label, digest;
};

ExchangeDomain domain_named(std::string_view contract) {
  if (contract == kTestNegRisk.contract) return ExchangeDomain::kNegRiskV2;
  return contract == kTestV3.contract ? ExchangeDomain::kV3 : ExchangeDomain::kStandardV2;
}

std::vector<Official> official_orders() {  // of Polygon, of the struct in use
  std::vector<Official> out;
  for (const JsonValue& v : official_vectors().find("orders")->items) {
    const JsonValue& domain = *v.find("domain");
    if (domain.integer("chainId") != 137 || domain.text("version") == "1") continue;
    const auto parsed = parse_order(*parse_json(v.text("post_body")));
    EXPECT_TRUE(parsed.has_value()) << v.text("label");
    if (!parsed) continue;
    out.push_back({*parsed, *order_struct_hash(parsed->fields), domain_named(domain.text("verifyingContract")),
                   std::string(v.text("label")), std::string(v.text("digest"))});
  }
  return out;
}

SignatureCheck check(const Official& o, ExchangeDomain domain) {
  return check_signature(o.order.fields, o.contents, o.order.signature, domain);
}

TEST(OrderSignature, OfficialOrdersPassUnderTheirDomainOnly) {
  const std::string eoa(official_vectors().find("key")->text("address"));
  const auto orders = official_orders();
  ASSERT_EQ(orders.size(), 9U);
  unsigned types = 0;
  for (const Official& o : orders) {
    types |= 1U << o.order.fields.signature_type;
    for (const auto domain : {ExchangeDomain::kStandardV2, ExchangeDomain::kNegRiskV2, ExchangeDomain::kV3}) {
      const SignatureCheck result = check(o, domain);
      EXPECT_EQ(result.verdict, domain == o.domain ? kGood : kOtherVersion) << o.label;
      EXPECT_EQ(crypto::checksum(result.signer), eoa) << o.label;
      EXPECT_FALSE(result.session);
    }
    EXPECT_EQ(hex_text(crypto::typed_digest(domain_separator(o.domain), o.contents)), o.digest) << o.label;
  }
  EXPECT_EQ(types, 0b1111U);
}

TEST(OrderSignature, AnyOtherByteIsRefused) {
  for (const Official& o : official_orders()) {
    const std::string& good = o.order.signature;
    for (std::size_t i = 2; i < good.size(); i += 7) {
      std::string bad = good;
      bad[i] = bad[i] == '0' ? '1' : '0';
      EXPECT_EQ(check_signature(o.order.fields, o.contents, bad, o.domain).verdict, kBad) << o.label << " " << i;
    }
    for (const std::string& bad : {good.substr(0, good.size() - 2), good + "00", good.substr(2), std::string("0x"),
                                   std::string(), "0x" + std::string(130, '0')}) {
      EXPECT_EQ(check_signature(o.order.fields, o.contents, bad, o.domain).verdict, kBad) << o.label;
    }
  }
}

TEST(OrderSignature, VIs27Or28) {
  const Official o = official_orders().front();
  std::string bad = o.order.signature;
  const char last = bad.back();
  ASSERT_TRUE(bad.ends_with("1b") || bad.ends_with("1c"));
  bad.replace(bad.size() - 2, 2, last == 'b' ? "00" : "01");
  EXPECT_EQ(check_signature(o.order.fields, o.contents, bad, o.domain).verdict, kBad);
}

TEST(OrderSignature, TheMakerMustBeTheSignersWallet) {
  const TestWallet alice('a'), bob('b');
  crypto::Address owner{}, other{};
  ASSERT_TRUE(crypto::decode_hex(alice.address(), owner) && crypto::decode_hex(bob.address(), other));
  const crypto::Address mine[] = {owner, proxy_wallet(owner), safe_wallet(owner), deposit_wallet(owner)};
  const crypto::Address theirs[] = {other, proxy_wallet(other), safe_wallet(other), deposit_wallet(other)};
  for (unsigned type = 0; type < 4; ++type) {
    for (const bool own : {true, false}) {
      const std::string maker = crypto::hex_0x(own ? mine[type] : theirs[type]);
      const std::string zero = "0x" + std::string(64, '0'), signer = type == 3 ? maker : alice.address();
      const TestOrder order{"5", maker, signer, "77", "1000000", "2000000", true, type, "1795132800000"};
      const SignedOrder fields{"5", maker, signer, "77", "1000000", "2000000", 1, type, "1795132800000", zero, zero};
      const auto result =
          check_signature(fields, *order_struct_hash(fields), alice.sign_order(order, kTestV3), ExchangeDomain::kV3);
      EXPECT_EQ(result.verdict, own ? kGood : kBad) << type;
      EXPECT_EQ(result.signer, own ? owner : crypto::Address{}) << type;
    }
  }
}

TEST(OrderSignature, SessionKeysSignForWalletsTheyDoNotOwn) {
  const TestWallet session('5');
  const std::string wallet = "0xbc0ff067b7740eff76c1ca93c875ba6b890d6b50", zero = "0x" + std::string(64, '0');
  const TestOrder order{"5", wallet, wallet, "77", "1000000", "2000000", false, 3, "1795132800000"};
  const SignedOrder fields{"5", wallet, wallet, "77", "1000000", "2000000", 0, 3, "1795132800000", zero, zero};
  const Digest contents = *order_struct_hash(fields);
  const std::string good = session.sign_order_as_session(order, kTestStandard);
  EXPECT_EQ(good.size(), 2 + 2 * 480U);
  const auto result = check_signature(fields, contents, good, ExchangeDomain::kStandardV2);
  EXPECT_EQ(result.verdict, kGood);
  EXPECT_TRUE(result.session);
  EXPECT_EQ(crypto::hex_0x(result.signer), session.address());
  EXPECT_EQ(check_signature(fields, contents, good, ExchangeDomain::kNegRiskV2).verdict, kOtherVersion);
  // Without the wrapping it claims to be the owner's; with another name in it, somebody else's.
  EXPECT_EQ(
      check_signature(fields, contents, session.sign_order(order, kTestStandard), ExchangeDomain::kStandardV2).verdict,
      kBad);
  for (const std::size_t at : {30UL, 60UL, 100UL, 190UL, 250UL, good.size() - 67, good.size() - 1}) {
    std::string bad = good;
    bad[at] = bad[at] == '0' ? '1' : '0';
    EXPECT_EQ(check_signature(fields, contents, bad, ExchangeDomain::kStandardV2).verdict, kBad) << at;
  }
}

}  // namespace
}  // namespace underround::simulator
