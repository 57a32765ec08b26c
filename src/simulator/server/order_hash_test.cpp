// Ids against digests computed with the venue's official clients.
#include "simulator/server/order_hash.hpp"

#include <gtest/gtest.h>

#include "simulator/types.hpp"

namespace underround::simulator {
namespace {

const std::string kZero = "0x" + std::string(64, '0');
const std::string kEoa = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const std::string kBinaryToken = "92731036366405609852694902829538320700924201907850005869413758921303000888856";
const std::string kNegRiskToken = "60590045489347122735554346200880179420435533609307820342798544098823516727807";
const std::string kV2Position = "798199144558705391247042635629742011856176989890917214447927337027943530496";

SignedOrder buy_100(const std::string& token) {
  return {.salt = "479249096354",
          .maker = kEoa,
          .signer = kEoa,
          .token_id = token,
          .maker_amount = "50000000",
          .taker_amount = "100000000",
          .side = 0,
          .signature_type = 0,
          .timestamp = "1795000000123",
          .metadata = kZero,
          .builder = kZero};
}

std::string id_of(const SignedOrder& order, MarketVersion version, bool neg_risk) {
  const auto digest = order_digest(order, version, neg_risk);
  return digest ? hex_text(*digest) : "";
}

TEST(OrderHash, EveryDomainMatchesTheOfficialClients) {
  EXPECT_EQ(id_of(buy_100(kBinaryToken), MarketVersion::kV1, false),
            "0x6ccdb67af37de60a486a060b108939826f5b5df43a887c9a769956513152b4d2");
  EXPECT_EQ(id_of(buy_100(kNegRiskToken), MarketVersion::kV1, true),
            "0x8a15c4d6ea801414ae71fb11821d35eaf41ac6afede624e558865890bd0fe9b5");
  EXPECT_EQ(id_of(buy_100(kV2Position), MarketVersion::kV2, false),
            "0xa4d61d6223b5b6b5e68f82edacdea25075be226a4fdc922b5804646a88639758");
  EXPECT_EQ(id_of(buy_100(kV2Position), MarketVersion::kV2, true),
            id_of(buy_100(kV2Position), MarketVersion::kV2, false));
}

TEST(OrderHash, EveryFieldCounts) {
  SignedOrder order{.salt = "9007199254740991",
                    .maker = "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47",
                    .signer = kEoa,
                    .token_id = kNegRiskToken,
                    .maker_amount = "5000000",
                    .taker_amount = "4995000",
                    .side = 1,
                    .signature_type = 2,
                    .timestamp = "1795000000123",
                    .metadata = "0x" + std::string(62, '0') + "2a",
                    .builder = "0xabababababababababababababababababababababababababababababababab"};
  const std::string golden = "0x9892cd7f94b15bee1ab40503f412b0e4f929e7e8bb02b95bc4ed464366703251";
  EXPECT_EQ(id_of(order, MarketVersion::kV1, true), golden);
  for (std::string SignedOrder::*field : {&SignedOrder::salt, &SignedOrder::token_id, &SignedOrder::maker_amount,
                                          &SignedOrder::taker_amount, &SignedOrder::timestamp}) {
    SignedOrder other = order;
    other.*field = "12";
    EXPECT_NE(id_of(other, MarketVersion::kV1, true), golden);
  }
  order.side = 0;
  EXPECT_NE(id_of(order, MarketVersion::kV1, true), golden);
}

TEST(OrderHash, RefusesWhatIsNotOfItsType) {
  SignedOrder order = buy_100(kBinaryToken);
  order.maker = "0x12";
  EXPECT_FALSE(order_digest(order, MarketVersion::kV1, false));
  order = buy_100("not a number");
  EXPECT_FALSE(order_digest(order, MarketVersion::kV1, false));
  order = buy_100(kBinaryToken);
  order.builder = "0x00";
  EXPECT_FALSE(order_digest(order, MarketVersion::kV1, false));
}

}  // namespace
}  // namespace underround::simulator
