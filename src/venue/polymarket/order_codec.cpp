#include "venue/polymarket/order_codec.hpp"

#include <charconv>
#include <cstring>

#include "base/check.hpp"
#include "crypto/encoding.hpp"
#include "venue/polymarket/clob_json.hpp"

namespace underround::polymarket {
namespace {

// Appends to a caller's buffer that is known to be large enough; checked all the same.
class Writer {
 public:
  explicit Writer(std::span<char> out) noexcept
      : begin_(out.data()), next_(out.data()), end_(out.data() + out.size()) {}
  Writer& operator<<(std::string_view text) noexcept {
    UR_CHECK(text.size() <= static_cast<std::size_t>(end_ - next_));
    std::memcpy(next_, text.data(), text.size());
    next_ += text.size();
    return *this;
  }
  Writer& operator<<(std::uint64_t number) noexcept {
    const auto [next, error] = std::to_chars(next_, end_, number);
    UR_CHECK(error == std::errc{});
    next_ = next;
    return *this;
  }
  Writer& hex(std::span<const std::uint8_t> bytes) noexcept {
    *this << "0x";
    UR_CHECK(bytes.size() * 2 <= static_cast<std::size_t>(end_ - next_));
    next_ = crypto::encode_hex(bytes, next_);
    return *this;
  }
  Writer& decimal(const crypto::U256& value) noexcept {
    UR_CHECK(static_cast<std::size_t>(end_ - next_) >= crypto::U256::kMaxDecimalDigits);
    next_ = value.format_decimal(next_);
    return *this;
  }
  [[nodiscard]] std::string_view view() const noexcept { return {begin_, next_}; }

 private:
  char* begin_;
  char* next_;
  char* end_;
};

// Member order of the official client, so that its recorded bodies can be compared byte for byte.
void write_order(Writer& out, const PostOrder& post) noexcept {
  const Order& order = *post.order;
  out << R"({"deferExec":false,"postOnly":)" << (post.post_only ? "true" : "false") << R"(,"order":{"salt":)"
      << order.salt << R"(,"maker":")" << post.maker << R"(","signer":")" << post.signer << R"(","tokenId":")";
  if (post.token.empty()) {
    out.decimal(order.token_id);
  } else {
    out << post.token;
  }
  out << R"(","makerAmount":")" << order.amounts.maker << R"(","takerAmount":")" << order.amounts.taker
      << R"(","side":")" << to_string(order.side) << R"(","signatureType":)" << static_cast<std::uint64_t>(order.type)
      << R"(,"timestamp":")" << order.timestamp_ms << R"(","expiration":")" << post.expiration_s << R"(","metadata":")";
  out.hex(order.metadata) << R"(","builder":")";
  out.hex(order.builder) << R"(","signature":")";
  out.hex(post.signature) << R"("},"owner":")" << post.owner << R"(","orderType":")" << to_string(post.tif) << R"("})";
}

constexpr std::size_t kMessageChars = 200;

std::optional<Digest> digest_of(std::string_view text) noexcept {
  Digest digest;
  return crypto::decode_hex(text, digest) ? std::optional(digest) : std::nullopt;
}

std::int64_t amount_or_unknown(clob_json::dom::element object, const char* key) noexcept {
  return clob_json::decimal(object, key, Usd::kDecimals).value_or(-1);
}

Nanos retry_after_of(clob_json::dom::element object, Nanos header) noexcept {
  const auto ms = clob_json::decimal(object, "retry_after_seconds", 3);
  return ms ? Nanos::from_millis(*ms) : header;
}

PostResult refused(int http_status, std::string_view text, Nanos retry_after) {
  PostResult result;
  result.refusal = classify_refusal(http_status, text, retry_after);
  result.outcome = result.refusal.outcome_known ? PostOutcome::kRejected : PostOutcome::kUnknown;
  result.message = text.substr(0, kMessageChars);
  return result;
}

// Page 6.8: accepted = success, no errorMsg, an order id, and a status other than "unmatched".
PostResult post_result(int http_status, clob_json::dom::element object, Nanos retry_after) {
  std::string_view error = clob_json::text(object, "error");
  if (error.empty()) error = clob_json::text(object, "errorMsg");
  if (error.empty()) error = clob_json::text(object, "code");
  const std::string_view status = clob_json::text(object, "status");
  if (http_status >= 300 || !error.empty() || !clob_json::flag(object, "success")) {
    // A refusal inside a 200 (batch legs) is a refusal: the text decides, and without one nothing is known.
    const int effective = http_status < 300 && !error.empty() ? 400 : http_status;
    return refused(effective, error, retry_after_of(object, retry_after));
  }
  PostResult result;
  result.order_id = digest_of(clob_json::text(object, "orderID"));
  result.making_micros = amount_or_unknown(object, "makingAmount");
  result.taking_micros = amount_or_unknown(object, "takingAmount");
  if (!result.order_id) return refused(http_status, "success without orderID", retry_after);
  if (status == "live") {
    result.outcome = PostOutcome::kLive;
  } else if (status == "matched") {
    result.outcome = PostOutcome::kMatched;
  } else if (status == "delayed") {
    result.outcome = PostOutcome::kDelayed;
  } else if (status == "unmatched") {
    result.outcome = PostOutcome::kRejected;
    result.refusal = {.reason = RejectReason::kUnmatched, .action = VenueAction::kNone};
  } else {
    result.outcome = PostOutcome::kUnknown;  // accepted in a way we do not know: the lookup will tell
    result.refusal = {.action = VenueAction::kReconcile, .outcome_known = false};
    result.message = status.substr(0, kMessageChars);
  }
  return result;
}

CancelResult::NotCanceled::Why why_of(std::string_view reason) noexcept {
  using Why = CancelResult::NotCanceled::Why;
  if (reason.find("delayed") != std::string_view::npos || reason.find("pending") != std::string_view::npos) {
    return Why::kDelayed;
  }
  if (reason.find("already") != std::string_view::npos) return Why::kEnded;
  if (reason.find("not found") != std::string_view::npos || reason.find("can't be found") != std::string_view::npos) {
    return Why::kNotFound;
  }
  return Why::kOther;
}

OrderLookup::State state_of(std::string_view status) noexcept {
  using State = OrderLookup::State;
  if (status.starts_with("ORDER_STATUS_")) status.remove_prefix(13);
  if (status.starts_with("LIVE")) return State::kOpen;
  if (status.starts_with("DELAYED")) return State::kDelayed;
  if (status.starts_with("MATCHED")) return State::kMatched;
  if (status.starts_with("CANCEL") || status.starts_with("INVALID") || status.starts_with("UNMATCHED") ||
      status.starts_with("EXPIRED")) {
    return State::kCancelled;
  }
  return State::kUnreadable;
}

bool is_blank(std::string_view body) noexcept { return body.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

std::string_view encode_order(const PostOrder& post, std::span<char> out) noexcept {
  Writer writer(out);
  write_order(writer, post);
  return writer.view();
}

std::string_view encode_orders(std::span<const PostOrder> posts, std::span<char> out) noexcept {
  UR_CHECK(!posts.empty() && posts.size() <= kMaxBatch);
  Writer writer(out);
  writer << "[";
  for (const PostOrder& post : posts) {
    if (&post != posts.data()) writer << ",";
    write_order(writer, post);
  }
  writer << "]";
  return writer.view();
}

std::string_view encode_cancel(const Digest& order, std::span<char> out) noexcept {
  Writer writer(out);
  writer << R"({"orderID":")";
  writer.hex(order) << R"("})";
  return writer.view();
}

std::string_view encode_cancels(std::span<const Digest> orders, std::span<char> out) noexcept {
  UR_CHECK(orders.size() <= kMaxCancelBatch);
  Writer writer(out);
  writer << "[";
  for (const Digest& order : orders) {
    writer << (&order == orders.data() ? "\"" : ",\"");
    writer.hex(order) << "\"";
  }
  writer << "]";
  return writer.view();
}

struct OrderDecoder::Impl {
  clob_json::Parser parser;
};

OrderDecoder::OrderDecoder() : impl_(std::make_unique<Impl>()) {}
OrderDecoder::~OrderDecoder() = default;

PostResult OrderDecoder::post_order(int http_status, std::string_view body, Nanos retry_after) {
  const auto root = impl_->parser.parse(body);
  if (!root || !root->is_object()) return refused(http_status, "", retry_after);
  return post_result(http_status, *root, retry_after);
}

std::vector<PostResult> OrderDecoder::post_orders(int http_status, std::string_view body) {
  std::vector<PostResult> results;
  const auto root = impl_->parser.parse(body);
  if (!root) return results;
  clob_json::for_each(*root, [&](clob_json::dom::element leg) {
    results.push_back(leg.is_object() ? post_result(http_status, leg, {}) : refused(http_status, "", {}));
  });
  return results;
}

CancelResult OrderDecoder::cancel(int http_status, std::string_view body) {
  CancelResult result;
  const auto root = impl_->parser.parse(body);
  if (!root || !root->is_object() || http_status >= 300) {
    const std::string_view error = root && root->is_object() ? clob_json::text(*root, "error") : std::string_view{};
    result.refusal = classify_refusal(http_status, error);
    return result;
  }
  result.readable = true;
  clob_json::for_each(*root, "canceled", [&](clob_json::dom::element id) {
    std::string_view text;
    if (id.get_string().get(text) != simdjson::SUCCESS) return;
    if (const auto digest = digest_of(text)) result.canceled.push_back(*digest);
  });
  clob_json::dom::object reasons;
  if ((*root)["not_canceled"].get_object().get(reasons) == simdjson::SUCCESS) {
    for (const auto field : reasons) {
      const auto digest = digest_of(field.key);
      std::string_view reason;
      if (field.value.get_string().get(reason) != simdjson::SUCCESS) reason = {};
      if (digest) result.not_canceled.push_back({*digest, why_of(reason)});
    }
  }
  return result;
}

OrderLookup OrderDecoder::lookup(int http_status, std::string_view body) {
  OrderLookup result;
  const auto root = impl_->parser.parse(body);
  if (http_status == 404) {
    // Only the venue's own JSON counts as "not there"; a CDN's page does not.
    if (root && root->is_object()) result.state = OrderLookup::State::kAbsent;
    return result;
  }
  if (http_status >= 300) return result;
  if (is_blank(body) || (root && (root->is_null() || (root->is_object() && clob_json::text(*root, "id").empty() &&
                                                      clob_json::text(*root, "error").empty())))) {
    result.state = OrderLookup::State::kAbsent;
    return result;
  }
  if (!root || !root->is_object()) return result;
  result.state = state_of(clob_json::text(*root, "status"));
  result.matched = Shares{clob_json::decimal(*root, "size_matched", Shares::kDecimals).value_or(-1)};
  clob_json::for_each(*root, "associate_trades", [&](clob_json::dom::element id) {
    std::string_view text;
    if (id.get_string().get(text) == simdjson::SUCCESS) result.trade_ids.emplace_back(text);
  });
  return result;
}

}  // namespace underround::polymarket
