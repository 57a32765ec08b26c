// Frames and symbols as bytes.
#include "journal/frame_codec.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "journal/symbol_codec.hpp"

namespace underround::journal {
namespace {

std::vector<std::uint8_t> record_of(const Frame& frame) {
  std::array<std::uint8_t, kFrameHead> head;
  const Bytes begin = encode_frame_head(frame, head), rest = text_bytes(frame);
  std::vector<std::uint8_t> whole(begin.begin(), begin.end());
  whole.insert(whole.end(), rest.begin(), rest.end());
  return whole;
}

TEST(FrameCodec, ComesBackWithoutACopyOfTheText) {
  const auto bytes = record_of({Nanos{1'777'000'000'000'000'123}, VenueId::kBinance, Stream::kReference, 60'001, "{}"});
  const auto frame = decode_frame(bytes);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->received.ns, 1'777'000'000'000'000'123);
  EXPECT_EQ(frame->venue, VenueId::kBinance);
  EXPECT_EQ(frame->stream, Stream::kReference);
  EXPECT_EQ(frame->connection, 60'001);
  EXPECT_EQ(frame->text, "{}");
  EXPECT_EQ(static_cast<const void*>(frame->text.data()), bytes.data() + kFrameHead);
}

TEST(FrameCodec, AnEmptyTextIsAFrameAndAnUnknownVenueIsNot) {
  auto bytes = record_of({Nanos{1}, VenueId::kPolymarket, Stream::kMarket, 1, ""});
  EXPECT_TRUE(decode_frame(bytes));
  EXPECT_FALSE(decode_frame(Bytes(bytes).first(kFrameHead - 1)));
  bytes[8] = 200;
  EXPECT_FALSE(decode_frame(bytes));
}

TEST(SymbolCodec, ComesBack) {
  std::vector<std::uint8_t> buffer;
  const auto back = decode_symbol(encode_symbol({SymbolId{3}, "BTCUSDT"}, buffer));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->id, SymbolId{3});
  EXPECT_EQ(back->name, "BTCUSDT");
  EXPECT_FALSE(decode_symbol(Bytes(buffer).first(2)));
}

}  // namespace
}  // namespace underround::journal
