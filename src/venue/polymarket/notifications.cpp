#include "venue/polymarket/notifications.hpp"

#include <fmt/format.h>

#include "venue/polymarket/clob_json.hpp"
#include "venue/polymarket/clob_session.hpp"

namespace underround::polymarket {
namespace {

std::string printable(std::string_view text) {
  std::string out(text.substr(0, 120));
  for (char& c : out) c = c >= ' ' && c <= '~' ? c : '?';
  return out;
}

std::string id_of(clob_json::dom::element note) {
  std::int64_t number = 0;
  if (note["id"].get_int64().get(number) == simdjson::SUCCESS) return std::to_string(number);
  return std::string(clob_json::text(note, "id"));
}

std::optional<Notice> read(clob_json::dom::element note) {
  Notice notice;
  notice.id = id_of(note);
  std::int64_t type = 0;
  if (note["type"].get_int64().get(type) != simdjson::SUCCESS || notice.id.empty()) return std::nullopt;
  notice.kind = static_cast<Notice::Kind>(type);
  if (std::string_view(to_string(notice.kind)) == "?") return std::nullopt;
  clob_json::dom::element payload;
  if (note["payload"].get(payload) == simdjson::SUCCESS && payload.is_object()) {
    for (const char* key : {"question", "outcome", "side", "matched_size", "order_id"}) {
      const std::string_view value = clob_json::text(payload, key);
      if (!value.empty()) notice.words += fmt::format("{}{}", notice.words.empty() ? "" : ", ", printable(value));
    }
  }
  return notice;
}

}  // namespace

const char* to_string(Notice::Kind kind) noexcept {
  switch (kind) {
    case Notice::Kind::kCancel: return "cancelled";
    case Notice::Kind::kFill: return "filled";
    case Notice::Kind::kResolved: return "resolved";
    case Notice::Kind::kFillFailed: return "fill failed";
    case Notice::Kind::kRedeemed:
    case Notice::Kind::kComboRedeemed: return "redeemed by the venue";
  }
  return "?";
}

Notifications::Notifications(ClobSession& session, net::HttpClient& lane, SignatureType type, OnNotice on_notice)
    : session_(session),
      lane_(lane),
      target_(fmt::format("/notifications?signature_type={}", static_cast<int>(type))),
      on_notice_(std::move(on_notice)) {}

void Notifications::start(Nanos now) {
  stopped_ = false;
  next_ = now;
}

void Notifications::tick(Nanos now) {
  if (stopped_ || now < next_) return;
  next_ = now + kPeriod;
  session_.send(lane_, "GET", target_, "", kTimeout, [this](const net::HttpResult& result) { answered(result); });
}

// An answer that cannot be read changes nothing: the same notices are there the next time.
void Notifications::answered(const net::HttpResult& result) {
  if (stopped_ || !result || result->status != 200) return;
  clob_json::Parser parser;
  const auto root = parser.parse(result->body);
  clob_json::dom::array list;
  if (!root || root->get_array().get(list) != simdjson::SUCCESS) return;
  const bool old_news = first_;
  first_ = false;
  std::unordered_set<std::string> seen;
  for (const clob_json::dom::element one : list) {
    const auto notice = read(one);
    if (!notice) continue;
    seen.insert(notice->id);
    if (!told_.contains(notice->id) && !old_news) on_notice_(*notice);
  }
  told_ = std::move(seen);
}

}  // namespace underround::polymarket
