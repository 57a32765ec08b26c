#include "net/websocket_frame.hpp"

namespace underround::net {
namespace {

using Item = WsParser::Item;

void feed(WsParser& parser, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto space = parser.space();
    const std::size_t n = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), n);
    parser.commit(n);
    bytes.remove_prefix(n);
  }
}

std::string bytes_of(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

WsParser client_side(std::size_t max = 1 << 20) { return WsParser(false, 4096, max); }

TEST(WsParser, ExamplesOfRfc6455Section57) {
  WsParser client = client_side();
  feed(client, bytes_of({0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}));  // unmasked text
  ASSERT_EQ(client.next(), Item::kMessage);
  EXPECT_EQ(client.payload(), "Hello");
  feed(client, bytes_of({0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f}));  // in two fragments
  ASSERT_EQ(client.next(), Item::kMessage);
  EXPECT_EQ(client.payload(), "Hello");
  feed(client, bytes_of({0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}));  // ping
  ASSERT_EQ(client.next(), Item::kPing);
  EXPECT_EQ(client.payload(), "Hello");
  EXPECT_EQ(client.next(), Item::kNeedMore);

  WsParser server(true, 4096, 1 << 20);
  feed(server, bytes_of({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));  // masked text
  ASSERT_EQ(server.next(), Item::kMessage);
  EXPECT_EQ(server.payload(), "Hello");
}

TEST(WsParser, AcceptKeyOfRfc6455Section13) {
  EXPECT_EQ(ws_accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WsParser, ControlFrameInsideAFragmentedMessage) {
  WsParser parser = client_side();
  feed(parser, bytes_of({0x01, 0x01, 'a', 0x8a, 0x00, 0x80, 0x01, 'b'}));
  EXPECT_EQ(parser.next(), Item::kPong);
  ASSERT_EQ(parser.next(), Item::kMessage);
  EXPECT_EQ(parser.payload(), "ab");
}

TEST(WsParser, RefusesWhatTheRfcForbids) {
  const std::vector<std::string> forbidden = {
      bytes_of({0xc1, 0x00}),                        // reserved bit
      bytes_of({0x83, 0x00}),                        // unknown opcode
      bytes_of({0x80, 0x00}),                        // continuation of nothing
      bytes_of({0x09, 0x00}),                        // fragmented ping
      bytes_of({0x89, 0x7e, 0x00, 0x80}),            // ping of 128 bytes
      bytes_of({0x81, 0x80, 1, 2, 3, 4}),            // masked frame from a server
      bytes_of({0x01, 0x01, 'a', 0x81, 0x01, 'b'}),  // text inside a fragmented text
      bytes_of({0x88, 0x01, 0x03}),                  // half a close code
      bytes_of({0x88, 0x02, 0x03, 0xed}),            // close code 1005 must not be on the wire
      bytes_of({0x81, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),  // 2^64 - 1 bytes announced
  };
  for (const std::string& bytes : forbidden) {
    WsParser parser = client_side();
    feed(parser, bytes);
    EXPECT_EQ(parser.next(), Item::kError) << fmt::format("{:02x}", fmt::join(bytes, " "));
  }
  WsParser server(true, 4096, 1 << 20);
  feed(server, bytes_of({0x81, 0x01, 'a'}));
  EXPECT_EQ(server.next(), Item::kError);
}

TEST(WsParser, SizeLimitCountsAllFragments) {
  WsParser parser = client_side(10);
  feed(parser, bytes_of({0x81, 10}) + "0123456789");
  EXPECT_EQ(parser.next(), Item::kMessage);
  feed(parser, bytes_of({0x01, 6}) + "012345" + bytes_of({0x80, 5}));
  EXPECT_EQ(parser.next(), Item::kError);
  EXPECT_STREQ(parser.error(), "message too large");
}

TEST(WsParser, CloseCodeAndReason) {
  std::string frame;
  append_ws_frame(frame, WsOpcode::kClose, ws_close_payload(1001, "going away"));
  WsParser parser = client_side();
  feed(parser, frame);
  ASSERT_EQ(parser.next(), Item::kClose);
  EXPECT_EQ(parser.close_code(), 1001);
  EXPECT_EQ(parser.payload(), "going away");
  feed(parser, bytes_of({0x88, 0x00}));
  ASSERT_EQ(parser.next(), Item::kClose);
  EXPECT_EQ(parser.close_code(), 1005);
}

// However the bytes are cut into reads, the same messages come out, each with 64 readable bytes after it.
TEST(WsParser, AnyMessagesInAnyPieces) {
  EXPECT_TRUE(rc::check([] {
    const bool masked = *rc::gen::arbitrary<bool>();
    std::vector<std::string> sent;
    std::string wire;
    const int count = *rc::gen::inRange(1, 8);
    for (int i = 0; i < count; ++i) {
      const auto size = *rc::gen::element<std::size_t>(0, 1, 7, 125, 126, 127, 4095, 65535, 65536, 70001);
      std::string text(size, static_cast<char>('a' + i));
      for (std::size_t k = 0; k < text.size(); k += 37) text[k] = static_cast<char>(k);
      append_ws_frame(wire, WsOpcode::kText, text,
                      masked ? std::optional(0x9d3c51a7U * static_cast<unsigned>(i + 1)) : std::nullopt);
      sent.push_back(std::move(text));
    }
    WsParser parser(masked, 4096, 1 << 20);
    std::vector<std::string> got;
    const auto pieces =
        *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 9000)));
    std::string_view rest = wire;
    for (std::size_t i = 0; !rest.empty(); ++i) {
      const std::size_t n = std::min(pieces[i % pieces.size()], rest.size());
      feed(parser, rest.substr(0, n));
      rest.remove_prefix(n);
      for (Item item = parser.next(); item != Item::kNeedMore; item = parser.next()) {
        RC_ASSERT(item == Item::kMessage);
        got.emplace_back(parser.payload());
        // Reads past the end must be legal; the address sanitiser checks that they are.
        volatile char beyond = 0;
        for (std::size_t k = 0; k < RecvBuffer::kPadding; ++k)
          beyond = parser.payload().data()[parser.payload().size() + k];
        (void)beyond;
      }
    }
    RC_ASSERT(got == sent);
  }));
}

}  // namespace
}  // namespace underround::net
