#include "net/websocket_frame.hpp"

#include <openssl/evp.h>

#include <cstring>

#include "base/check.hpp"

namespace underround::net {
namespace {

constexpr std::size_t kReadBytes = 4096;  // smallest useful read
constexpr std::size_t kMaxControlBytes = 125;

void apply_mask(char* data, std::size_t size, std::uint32_t mask) noexcept {
  const std::uint64_t wide = (static_cast<std::uint64_t>(mask) << 32) | mask;
  for (; size >= 8; size -= 8, data += 8) {
    std::uint64_t word;
    std::memcpy(&word, data, 8);
    word ^= wide;
    std::memcpy(data, &word, 8);
  }
  char key[4];
  std::memcpy(key, &mask, 4);
  for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<char>(data[i] ^ key[i & 3]);
}

std::uint64_t big_endian(const char* data, std::size_t bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = (value << 8) | static_cast<unsigned char>(data[i]);
  return value;
}

bool valid_close_code(std::uint16_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

WsParser::WsParser(bool from_client, std::size_t buffer_bytes, std::size_t max_message_bytes)
    : buffer_(std::max(buffer_bytes, kReadBytes)),
      max_message_bytes_(max_message_bytes),
      from_client_(from_client),
      wanted_(kReadBytes) {}

std::optional<WsParser::Head> WsParser::read_head() {
  const char* p = buffer_.data();
  const std::size_t have = buffer_.size();
  if (have < 2) return std::nullopt;
  const auto first = static_cast<unsigned char>(p[0]);
  const auto second = static_cast<unsigned char>(p[1]);
  Head head{.opcode = static_cast<WsOpcode>(first & 0x0f),
            .final = (first & 0x80) != 0,
            .masked = (second & 0x80) != 0,
            .reserved_bits = (first & 0x70) != 0,
            .head_bytes = 2,
            .payload_bytes = second & 0x7fU};
  const std::size_t extended = head.payload_bytes == 126 ? 2 : head.payload_bytes == 127 ? 8 : 0;
  head.head_bytes += extended + (head.masked ? 4 : 0);
  if (have < head.head_bytes) return std::nullopt;
  if (extended != 0) head.payload_bytes = big_endian(p + 2, extended);
  return head;
}

// What the RFC forbids, decided from the head alone: before a single byte of payload is waited for.
const char* WsParser::refuse(const Head& head) const noexcept {
  if (head.reserved_bits) return "reserved bits set";  // no extension is ever negotiated
  if (head.masked != from_client_) return from_client_ ? "unmasked frame from a client" : "masked frame from a server";
  switch (head.opcode) {
    case WsOpcode::kText:
    case WsOpcode::kBinary:
      if (in_fragments_) return "new message inside a fragmented one";
      break;
    case WsOpcode::kContinuation:
      if (!in_fragments_) return "continuation without a start";
      break;
    case WsOpcode::kClose:
    case WsOpcode::kPing:
    case WsOpcode::kPong:
      if (!head.final) return "fragmented control frame";
      if (head.payload_bytes > kMaxControlBytes) return "control frame too long";
      return nullptr;
    default: return "unknown opcode";
  }
  const std::size_t so_far = in_fragments_ ? fragments_.size() : 0;
  if (head.payload_bytes > max_message_bytes_ - so_far) return "message too large";
  return nullptr;
}

WsParser::Item WsParser::next() {
  buffer_.consume(consumed_);
  consumed_ = 0;
  for (;;) {
    const auto head = read_head();
    if (!head) {
      wanted_ = kReadBytes;
      return Item::kNeedMore;
    }
    if (const char* why = refuse(*head)) return fail_with(why);
    const std::size_t total = head->head_bytes + static_cast<std::size_t>(head->payload_bytes);
    if (buffer_.size() < total) {
      wanted_ = std::max(kReadBytes, total - buffer_.size());
      return Item::kNeedMore;
    }
    char* const data = buffer_.data() + head->head_bytes;
    if (head->masked) {
      std::uint32_t mask;
      std::memcpy(&mask, data - 4, 4);
      apply_mask(data, static_cast<std::size_t>(head->payload_bytes), mask);
    }
    payload_ = {data, static_cast<std::size_t>(head->payload_bytes)};
    consumed_ = total;
    const Item item = head->opcode >= WsOpcode::kClose ? take_control(*head) : take_data(*head);
    if (item != Item::kNeedMore) return item;
    buffer_.consume(consumed_);  // a middle fragment: go on
    consumed_ = 0;
  }
}

WsParser::Item WsParser::take_control(const Head& head) {
  if (head.opcode == WsOpcode::kPing) return Item::kPing;
  if (head.opcode == WsOpcode::kPong) return Item::kPong;
  close_code_ = 1005;
  if (payload_.size() == 1) return fail_with("close frame with half a code");
  if (payload_.size() >= 2) {
    close_code_ = static_cast<std::uint16_t>(big_endian(payload_.data(), 2));
    if (!valid_close_code(close_code_)) return fail_with("invalid close code");
    payload_.remove_prefix(2);
  }
  return Item::kClose;
}

WsParser::Item WsParser::take_data(const Head& head) {
  if (head.opcode != WsOpcode::kContinuation && head.final) return Item::kMessage;
  if (head.opcode != WsOpcode::kContinuation) fragments_.consume(fragments_.size());
  in_fragments_ = !head.final;
  if (!payload_.empty()) {
    std::memcpy(fragments_.space(payload_.size()).data(), payload_.data(), payload_.size());
    fragments_.commit(payload_.size());
  }
  if (!head.final) return Item::kNeedMore;
  payload_ = fragments_.view();
  return Item::kMessage;
}

void append_ws_frame(std::string& out, WsOpcode opcode, std::string_view payload, std::optional<std::uint32_t> mask) {
  const char mask_bit = mask ? '\x80' : '\0';
  out += static_cast<char>(0x80 | static_cast<unsigned>(opcode));
  const std::size_t extended = payload.size() < 126 ? 0 : payload.size() <= 0xffff ? 2 : 8;
  const std::size_t marker = extended == 0 ? payload.size() : extended == 2 ? 126 : 127;
  out += static_cast<char>(static_cast<unsigned char>(mask_bit) | marker);
  for (std::size_t i = extended; i > 0; --i) {
    out += static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> (8 * (i - 1)) & 0xff);
  }
  if (mask) {
    char key[4];
    std::memcpy(key, &*mask, 4);
    out.append(key, 4);
  }
  const std::size_t start = out.size();
  out += payload;
  if (mask) apply_mask(out.data() + start, payload.size(), *mask);
}

std::string ws_close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  payload += reason.substr(0, kMaxControlBytes - 2);
  return payload;
}

std::string ws_accept_key(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_bytes = 0;
  UR_CHECK(EVP_Digest(text.data(), text.size(), digest, &digest_bytes, EVP_sha1(), nullptr) == 1);
  unsigned char encoded[64];
  const int size = EVP_EncodeBlock(encoded, digest, static_cast<int>(digest_bytes));
  return {reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size)};
}

}  // namespace underround::net
