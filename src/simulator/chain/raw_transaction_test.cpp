// Bytes made by a reference Ethereum library (the same two as in chain/testdata), and everything that is not quite
// them.
#include "simulator/chain/raw_transaction.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "crypto/encoding.hpp"

namespace underround::simulator {
namespace {

constexpr char kPlain[] =
    "02f86d8189808506fc23ac008514f46b04008252089412121212006e4cd160d18e3f00711da5c33726008080c080a014fe4993e8ce6b99d47b"
    "63512c0dbf100ad0da21039ca3f067763b8f05cb9a71a0413c02451429eac519593a81592b51bc55afef2cfec26c636875cd7fc7df8c68";
constexpr char kApprove[] =
    "02f8b38189078506fc23ac01851cbe991a148303d09094c011a7e12a19f7b1f670d46f03b03f3342e82dfb80b844095ea7b300000000000000"
    "0000000000e111180000d2663c0091e4f400237545b87b996bffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "c001a0d99bc4bcd450fde3e016f8f33c04c4b7c655088888dfe4a69e8f1431edf57418a0723eb35f0aaabb7b1a9dd9c266d124cf87b8de4b09"
    "792d2ba2f2939ce829fabe";
constexpr char kSender[] = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

Bytes bytes(std::string_view hex) {
  Bytes out(hex.size() / 2);
  EXPECT_TRUE(crypto::decode_hex(hex, out));
  return out;
}

TEST(RawTransaction, ReadsReferenceTransactions) {
  const auto plain = parse_raw_transaction(bytes(kPlain));
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(crypto::hex_0x(plain->hash), "0x93f41078077533ea842b6103891627f06b19200b67cde53bfc9eb46242f20003");
  EXPECT_EQ(crypto::hex_0x(plain->from), kSender);
  EXPECT_EQ(plain->chain_id, 137U);
  EXPECT_EQ(plain->nonce, 0U);
  EXPECT_EQ(plain->gas_limit, 21'000U);
  EXPECT_TRUE(plain->data.empty());
  const auto approve = parse_raw_transaction(bytes(kApprove));
  ASSERT_TRUE(approve) << approve.error().message;
  EXPECT_EQ(crypto::hex_0x(approve->hash), "0x8ee7f82eed7a3caba69bce8741b7ce121d1af1db82a692daf745b4633d078667");
  EXPECT_EQ(crypto::hex_0x(approve->from), kSender);
  EXPECT_EQ(approve->nonce, 7U);
  EXPECT_EQ(static_cast<std::uint64_t>(approve->max_fee_wei), 123'456'789'012U);
  EXPECT_EQ(static_cast<std::uint64_t>(approve->priority_fee_wei), 30'000'000'001U);
  EXPECT_EQ(crypto::hex_0x(*approve->to), "0xc011a7e12a19f7b1f670d46f03b03f3342e82dfb");
  EXPECT_EQ(CallReader(approve->data).selector(), selector("approve(address,uint256)"));
}

TEST(RawTransaction, AnyChangedByteIsRefusedOrSomebodyElses) {
  EXPECT_TRUE(rc::check("one byte changed, cut or added", [] {
    Bytes raw = bytes(kApprove);
    const auto at = *rc::gen::inRange<std::size_t>(0, raw.size());
    switch (*rc::gen::inRange(0, 3)) {
      case 0: raw[at] ^= static_cast<std::uint8_t>(*rc::gen::inRange(1, 256)); break;
      case 1: raw.erase(raw.begin() + static_cast<std::ptrdiff_t>(at)); break;
      default: raw.push_back(0); break;
    }
    const auto parsed = parse_raw_transaction(raw);
    RC_ASSERT(!parsed || crypto::hex_0x(parsed->from) != kSender);
  }));
}

TEST(RawTransaction, OtherTypesAreSaidToBeUnsupported) {
  Bytes legacy = bytes(kPlain);
  legacy[0] = 1;
  EXPECT_EQ(parse_raw_transaction(legacy).error().message, "transaction type not supported");
  EXPECT_FALSE(parse_raw_transaction({}).has_value());
}

}  // namespace
}  // namespace underround::simulator
