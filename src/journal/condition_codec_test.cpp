#include "journal/condition_codec.hpp"

#include <gtest/gtest.h>

namespace underround::journal {
namespace {

JournalledCondition example() {
  JournalledCondition c;
  c.id = ConditionId{7};
  c.winning_outcome = 1;
  ConditionSpec& s = c.spec;
  s.condition_id = "0xabc";
  s.tokens = {"11", "22"};
  s.outcomes = {"Up", "Down"};
  s.question = "Will it?";
  s.slug = "will-it";
  s.tags = {"crypto", "up-or-down"};
  s.version = MarketVersion::kV2;
  s.tick = Tick{10};
  s.fees = FeeSchedule::taker(72'000, 1);
  s.accepting_orders = true;
  s.seconds_delay = 3;
  s.phase = MarketPhase::kResolved;
  s.end_at = Nanos{1'777'000'000'000'000'000};
  s.group.slug = "the-event";
  s.group.declared_conditions = 4;
  return c;
}

TEST(ConditionCodec, EveryMemberComesBack) {
  std::vector<std::uint8_t> buffer, again;
  const JournalledCondition condition = example();
  const auto back = decode_condition(encode_condition(condition, buffer));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->id, condition.id);
  EXPECT_EQ(back->winning_outcome, 1);
  EXPECT_EQ(back->spec.tags, condition.spec.tags);
  EXPECT_EQ(back->spec.fees, condition.spec.fees);
  EXPECT_EQ(back->spec.tick, condition.spec.tick);
  EXPECT_EQ(back->spec.group.declared_conditions, 4);
  const Bytes second = encode_condition(*back, again);
  EXPECT_TRUE(std::equal(second.begin(), second.end(), buffer.begin(), buffer.end()));
}

TEST(ConditionCodec, AnUnknownFeeStaysUnknown) {
  std::vector<std::uint8_t> buffer;
  JournalledCondition condition = example();
  condition.spec.fees = FeeSchedule();
  EXPECT_FALSE(decode_condition(encode_condition(condition, buffer))->spec.fees.known());
  condition.spec.fees = FeeSchedule::free();
  EXPECT_TRUE(decode_condition(encode_condition(condition, buffer))->spec.fees.known());
}

TEST(ConditionCodec, WhatIsCutOrOfAnotherVersionIsRefused) {
  std::vector<std::uint8_t> buffer;
  const Bytes bytes = encode_condition(example(), buffer);
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_condition(bytes.first(size)));
  buffer[0] = 99;
  EXPECT_FALSE(decode_condition(buffer));
}

}  // namespace
}  // namespace underround::journal
