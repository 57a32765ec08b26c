// Order entry: request bodies out, answers in (protocol pages 6.5, 6.8, 8, 9).
//   std::array<char, kMaxOrderBody> buffer;   std::string_view body = encode_order(post, buffer);
//   PostResult r = decoder.post_order(response.status, response.body);
// Encoders write into the caller's buffer and do not allocate; the bytes they return are what is HMAC'd and sent.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/order_types.hpp"
#include "core/units.hpp"
#include "venue/polymarket/clob_errors.hpp"
#include "venue/polymarket/signing.hpp"

namespace underround::polymarket {

// One element of POST /order(s).
struct PostOrder {
  const Order* order = nullptr;
  std::string_view maker, signer;  // its addresses as text: OrderSigner::maker_text(), signer_text()
  std::span<const std::uint8_t> signature;
  std::string_view owner;  // API key
  TimeInForce tif = TimeInForce::kGtc;
  bool post_only = false;
  std::uint64_t expiration_s = 0;  // GTD only; not signed, enforced by the operator
  std::string_view token{};        // order->token_id in decimal, when the caller has it; empty = written out from it
};

// 480-byte signature, 78-digit token, 20-digit amounts and a 64-character owner fit with room to spare.
inline constexpr std::size_t kMaxOrderBody = 2048;
inline constexpr std::size_t kMaxBatch = 15;
inline constexpr std::size_t kMaxBatchBody = kMaxBatch * kMaxOrderBody;
inline constexpr std::size_t kCancelBody = 82;        // {"orderID":"0x<64>"}
inline constexpr std::size_t kMaxCancelBatch = 1000;  // since 2026-06-15
// Bytes of encode_cancels() for n ids: 68 and a comma each, two brackets.
[[nodiscard]] constexpr std::size_t cancels_size(std::size_t n) noexcept { return n * 69 + 2; }

// All return the part of `out` that was written; `out` must be as large as the constants above say.
[[nodiscard]] std::string_view encode_order(const PostOrder& post, std::span<char> out) noexcept;
[[nodiscard]] std::string_view encode_orders(std::span<const PostOrder> posts, std::span<char> out) noexcept;
[[nodiscard]] std::string_view encode_cancel(const Digest& order, std::span<char> out) noexcept;
[[nodiscard]] std::string_view encode_cancels(std::span<const Digest> orders, std::span<char> out) noexcept;

enum class PostOutcome : std::uint8_t {
  kLive,
  kMatched,   // fully or partly, at once
  kDelayed,   // held by the taker delay
  kRejected,  // see refusal; includes "unmatched"
  kUnknown,   // look it up
};

struct PostResult {
  PostOutcome outcome = PostOutcome::kUnknown;
  std::optional<Digest> order_id;  // as the venue calls it; must equal ours
  // Matched at once, in whole dollars or shares on the wire (page 6.8). -1 = not said.
  std::int64_t making_micros = -1, taking_micros = -1;
  Refusal refusal;      // kRejected and kUnknown
  std::string message;  // the venue's words, cut to 200 characters
};

struct CancelResult {
  bool readable = false;  // false: nothing is known
  std::vector<Digest> canceled;
  struct NotCanceled {
    Digest order;
    enum class Why : std::uint8_t {
      kEnded,     // "already canceled or matched"
      kNotFound,  // never arrived, not yet arrived, or long gone
      kDelayed,   // inside the speed bump: cannot be cancelled now (page 16)
      kOther,
    } why;
  };
  std::vector<NotCanceled> not_canceled;
  Refusal refusal;  // when not readable
};

// GET /data/order/{id}. The venue answers empty or null for some orders that are no longer open, and the order itself
// with a terminal status for others (recorded: status MATCHED right after a FAK).
struct OrderLookup {
  enum class State : std::uint8_t {
    kUnreadable,  // no evidence either way
    kAbsent,      // not open, or never arrived
    kOpen,
    kDelayed,
    kMatched,  // no longer open: fills are in the trades
    kCancelled,
  } state = State::kUnreadable;
  Shares matched{-1};  // -1 = not said
  std::vector<std::string> trade_ids;
};

// Owns the JSON parser. One per thread.
class OrderDecoder {
 public:
  OrderDecoder();
  ~OrderDecoder();

  // `retry_after` is what the Retry-After header said, if anything.
  [[nodiscard]] PostResult post_order(int http_status, std::string_view body, Nanos retry_after = {});
  // One result per element; empty when the body is not an array (then decode it with post_order).
  [[nodiscard]] std::vector<PostResult> post_orders(int http_status, std::string_view body);
  [[nodiscard]] CancelResult cancel(int http_status, std::string_view body);
  [[nodiscard]] OrderLookup lookup(int http_status, std::string_view body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround::polymarket
