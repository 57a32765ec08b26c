// RFC 6455 frames without a socket: bytes in, messages out, and back. Used by client and server, fuzzed on its own.
// Payloads are unmasked and handed out in place; only fragmented messages are copied (into a reused buffer).
// Text is not checked for UTF-8 here: every consumer decodes it, and decoding checks it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/recv_buffer.hpp"

namespace underround::net {

enum class WsOpcode : std::uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

class WsParser {
 public:
  enum class Item : std::uint8_t { kNeedMore, kMessage, kPing, kPong, kClose, kError };

  // `from_client`: frames must be masked (server side), or must not be (client side).
  WsParser(bool from_client, std::size_t buffer_bytes, std::size_t max_message_bytes);

  // Read into space(), tell commit(), then call next() until it says kNeedMore.
  [[nodiscard]] std::span<char> space() { return buffer_.space(wanted_); }
  void commit(std::size_t bytes) noexcept { buffer_.commit(bytes); }
  // Everything before the first frame (the upgrade response) is read through the same buffer.
  [[nodiscard]] RecvBuffer& buffer() noexcept { return buffer_; }

  [[nodiscard]] Item next();
  // Of the last item; valid until next() or space(). RecvBuffer::kPadding readable bytes after it.
  [[nodiscard]] std::string_view payload() const noexcept { return payload_; }
  [[nodiscard]] std::uint16_t close_code() const noexcept { return close_code_; }  // kClose; 1005 = none given
  [[nodiscard]] const char* error() const noexcept { return error_; }

 private:
  struct Head {
    WsOpcode opcode;
    bool final, masked, reserved_bits;
    std::size_t head_bytes;
    std::uint64_t payload_bytes;
  };
  [[nodiscard]] std::optional<Head> read_head();
  [[nodiscard]] const char* refuse(const Head& head) const noexcept;
  [[nodiscard]] Item take_control(const Head& head);
  [[nodiscard]] Item take_data(const Head& head);
  Item fail_with(const char* why) noexcept {
    error_ = why;
    return Item::kError;
  }

  RecvBuffer buffer_;
  RecvBuffer fragments_{0};
  const std::size_t max_message_bytes_;
  const bool from_client_;
  bool in_fragments_ = false;
  std::size_t wanted_;        // bytes still missing from the frame being read, at least one read's worth
  std::size_t consumed_ = 0;  // of the last item, still in the buffer because payload_ points there
  std::string_view payload_;
  std::uint16_t close_code_ = 0;
  const char* error_ = nullptr;
};

// Appends one unfragmented frame. Clients must pass a mask.
void append_ws_frame(std::string& out, WsOpcode opcode, std::string_view payload,
                     std::optional<std::uint32_t> mask = std::nullopt);
// Payload of a close frame.
[[nodiscard]] std::string ws_close_payload(std::uint16_t code, std::string_view reason);
// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
[[nodiscard]] std::string ws_accept_key(std::string_view key);

}  // namespace underround::net
