#include "journal/command_codec.hpp"

#include <gtest/gtest.h>

#include <array>

namespace underround::journal {
namespace {

std::string words(const Command& command) {
  std::array<std::uint8_t, kMaxCommandBytes> buffer;
  return describe_command(encode_command(command, buffer)).value_or("unreadable");
}

TEST(CommandCodec, SaysWhatWasCommanded) {
  EXPECT_EQ(words(CancelOrder{OrderId{9}}), "cancel order=9");
  EXPECT_EQ(words(CancelAll{}), "cancel all");
  EXPECT_EQ(words(ReadAccount{}), "read account");
  EXPECT_EQ(words(Resync{ConditionId{3}}), "resync condition=3");
  RunOperation merge;
  merge.id = OperationId{4};
  merge.kind = SetOperation::kMerge;
  merge.condition = ConditionId{5};
  merge.amount = Shares{12'500'000};
  EXPECT_EQ(words(merge).substr(0, 31), "merge operation=4 condition=5 e");
  EXPECT_TRUE(words(merge).ends_with("amount=12.5"));
}

TEST(CommandCodec, AnythingElseIsUnreadable) {
  std::array<std::uint8_t, kMaxCommandBytes> buffer;
  const Bytes whole = encode_command(CancelOrder{OrderId{9}}, buffer);
  EXPECT_FALSE(describe_command(whole.first(whole.size() - 1)).has_value());
  EXPECT_FALSE(describe_command({}).has_value());
  const std::uint8_t unknown[] = {99};
  EXPECT_FALSE(describe_command(unknown).has_value());
}

}  // namespace
}  // namespace underround::journal
