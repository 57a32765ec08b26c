#include "chain/abi.hpp"

#include <rapidcheck.h>

#include "chain/test_vectors.hpp"
#include "crypto/keccak.hpp"

namespace underround::chain {
namespace {

using AbiVectors = Vectors;

TEST_F(AbiVectors, SelectorsAndTopics) {
  int checked = 0;
  for (const auto field : simdjson::dom::object(root_["selectors"])) {
    EXPECT_EQ(hex(selector(field.key)), str(field.value)) << field.key;
    ++checked;
  }
  for (const auto field : simdjson::dom::object(root_["event_topics"])) {
    EXPECT_EQ(hex(crypto::keccak256(field.key)), str(field.value)) << field.key;
    ++checked;
  }
  EXPECT_EQ(checked, 38);
}

TEST_F(AbiVectors, NestedDynamicValues) {
  const auto element = [](std::uint64_t first, const Bytes& bytes, const std::vector<U256>& words) {
    return AbiEncoder().number(first).tuple(AbiEncoder().bytes(bytes).words(words));
  };
  const Bytes data =
      AbiEncoder()
          .tuples({element(7, {0xde, 0xad, 0xbe, 0xef}, {U256(1), U256(2), U256(3)}), element(8, {}, {})})
          .bytes(Bytes(33, 0x11))
          .number(9)
          .call(selector("nested((uint256,(bytes,uint256[]))[],bytes,uint256)"));
  EXPECT_EQ(hex(data), str(root_["calls"]["nested"]));
}

TEST_F(AbiVectors, ArraysOfAddresses) {
  const Address owner = addr(str(root_["calls"]["owner"]));
  const Address spender = addr(str(root_["calls"]["spender"]));
  const U256 who[] = {address_word(owner), address_word(spender)};
  const U256 which[] = {U256(5), max_word()};
  EXPECT_EQ(hex(AbiEncoder().words(who).words(which).call(selector("balanceOfBatch(address[],uint256[])"))),
            str(root_["calls"]["balance_of_batch"]));
}

TEST(AbiReader, ReadsBackWhatWasWritten) {
  EXPECT_TRUE(rc::check([](const Bytes& bytes, const std::vector<std::uint64_t>& numbers, std::uint64_t number,
                           const Address& who, bool flag) {
    std::vector<U256> words;
    for (const std::uint64_t n : numbers) words.emplace_back(n);
    const Bytes data = AbiEncoder().bytes(bytes).number(number).words(words).address(who).boolean(flag).encode();
    const AbiReader reader(data);
    RC_ASSERT(reader.bytes(0).value() == bytes);
    RC_ASSERT(reader.number(1).value() == number);
    RC_ASSERT(reader.words(2).value() == words);
    RC_ASSERT(reader.address(3).value() == who);
    RC_ASSERT(reader.boolean(4).value() == flag);
  }));
}

TEST(AbiReader, RefusesWhatDoesNotFit) {
  const Bytes two_words = AbiEncoder().number(max_word()).number(2).encode();
  const AbiReader reader(two_words);
  EXPECT_FALSE(reader.word(2));
  EXPECT_FALSE(reader.number(0));
  EXPECT_FALSE(reader.address(0));
  EXPECT_FALSE(reader.boolean(1));
  EXPECT_FALSE(reader.words(0));
  EXPECT_FALSE(reader.bytes(1));
  EXPECT_FALSE(AbiReader({}).word(0));
  EXPECT_FALSE(AbiReader({}).bytes(0));
  // An offset to the last word, whose count is larger than what is left.
  EXPECT_FALSE(AbiReader(AbiEncoder().number(32).number(1).encode()).bytes(0));
  EXPECT_TRUE(AbiReader(AbiEncoder().number(32).number(0).encode()).bytes(0));
  // The largest count: count * 32 must not wrap.
  EXPECT_FALSE(AbiReader(AbiEncoder().number(32).number(std::uint64_t{1} << 59).encode()).words(0));
  Bytes ragged = two_words;
  ragged.pop_back();
  EXPECT_FALSE(AbiReader(ragged).word(1));
}

TEST(RevertReason, AllForms) {
  const std::string text = "payout vector already set";
  const Bytes message(text.begin(), text.end());
  EXPECT_EQ(revert_reason(AbiEncoder().bytes(message).call(selector("Error(string)"))), text);
  EXPECT_EQ(revert_reason(AbiEncoder().number(0x11).call(selector("Panic(uint256)"))), "panic 0x11");
  EXPECT_EQ(revert_reason(AbiEncoder().call(selector("NotCrossing()"))),
            "custom error " + hex(selector("NotCrossing()")));
  EXPECT_EQ(revert_reason({}), "no reason given");
  EXPECT_EQ(revert_reason(AbiEncoder().bytes(Bytes{'a', 7, '\n', 0xff}).call(selector("Error(string)"))), "a???");
  EXPECT_EQ(revert_reason(AbiEncoder().number(99).call(selector("Error(string)"))), "custom error 0x08c379a0");
}

TEST(ParseBytes, EvenHexOnly) {
  EXPECT_EQ(parse_bytes("0x").value(), Bytes{});
  EXPECT_EQ(parse_bytes("0x00fF").value(), (Bytes{0, 0xff}));
  for (const char* bad : {"", "0", "00", "0x0", "0xzz", "0x0x", "0x0x00"}) EXPECT_FALSE(parse_bytes(bad)) << bad;
}

}  // namespace
}  // namespace underround::chain
