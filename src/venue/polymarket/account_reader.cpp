#include "venue/polymarket/account_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/encoding.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"
#include "venue/polymarket/clob_json.hpp"
#include "venue/polymarket/clob_session.hpp"
#include "venue/polymarket/user_codec.hpp"

namespace underround::polymarket {
namespace {

constexpr std::string_view kLastCursor = "LTE=";  // base64 of -1 (page 7)
constexpr int kMaxPages = 100;
constexpr int kPositionsPage = 500;

}  // namespace

struct AccountReader::Json {
  clob_json::Parser parser;
};

struct AccountReader::Picture {
  struct Token {
    InstrumentId instrument;
    Shares shares, locked;
    Price average = kNoPrice;
  };
  std::int64_t started_s = 0;
  Usd cash, locked_cash;
  std::vector<Token> tokens;
  std::size_t next_token = 0;
  std::uint64_t foreign_orders = 0, unknown_tokens = 0;
  int pages = 0;

  Token& token(InstrumentId instrument) {
    const auto it = std::ranges::find(tokens, instrument, &Token::instrument);
    return it != tokens.end() ? *it : tokens.emplace_back(Token{.instrument = instrument, .shares = {}, .locked = {}});
  }
};

AccountReader::AccountReader(net::EventLoop& loop, net::HttpClient& clob, ClobSession& session, UserCodec& codec,
                             const OrderNames& names, const Catalogue& catalogue, AccountReaderSettings settings,
                             Callbacks callbacks)
    : loop_(loop),
      clob_(clob),
      session_(session),
      codec_(codec),
      names_(names),
      catalogue_(catalogue),
      settings_(std::move(settings)),
      callbacks_(std::move(callbacks)),
      json_(std::make_unique<Json>()) {
  if (settings_.data_url.empty()) return;
  net::HttpClientSettings http;
  http.base_url = settings_.data_url;
  http.proxy_url = settings_.proxy_url;
  http.tls = settings_.tls;
  http.connections = 1;
  data_ = std::make_unique<net::HttpClient>(loop, http);
}
AccountReader::~AccountReader() = default;

void AccountReader::stop() noexcept { stopped_ = true; }

void AccountReader::read_soon(Nanos now) noexcept {
  const Nanos at = started_ ? now + settings_.soon : now;
  if (next_.ns == 0 || at < next_) next_ = at;
}

void AccountReader::refresh(Nanos now) noexcept {
  update_first_ = true;
  read_soon(now);
}

void AccountReader::tick(Nanos now) {
  if (stopped_ || picture_ || next_.ns == 0 || now < next_) return;
  begin(now);
}

void AccountReader::begin(Nanos now) {
  ++counters_.reads;
  next_ = Nanos{};
  picture_ = std::make_unique<Picture>();
  picture_->started_s = now.seconds();
  if (!std::exchange(update_first_, false)) return started_ ? read_orders({}) : read_trades();
  get(clob_, balance_target("/balance-allowance/update", InstrumentId{}), true,
      [this](int, std::string_view) { started_ ? read_orders({}) : read_trades(); });
}

void AccountReader::get(net::HttpClient& lane, std::string target, bool signed_request,
                        std::function<void(int status, std::string_view body)> done) {
  const auto answered = [this, done = std::move(done)](const net::HttpResult& result) {
    if (stopped_ || !picture_) return;
    done(result ? static_cast<int>(result->status) : 0, result ? std::string_view(result->body) : std::string_view());
  };
  if (signed_request) return session_.send(lane, "GET", target, "", settings_.timeout, answered);
  net::HttpRequest request;
  request.method = "GET";
  request.target = std::move(target);
  lane.send(request, settings_.timeout, answered);
}

// Before the first picture: is anything still on its way to the chain? Its balances would be counted twice or never.
void AccountReader::read_trades() {
  const std::int64_t after_s = picture_->started_s - settings_.settled_window.seconds();
  get(clob_, fmt::format("/data/trades?after={}", after_s), true, [this](int status, std::string_view body) {
    std::vector<Event> ignored;
    const auto page = status == 200 ? codec_.decode_trades(body, loop_.now(), ignored) : UserCodec::TradesPage{};
    if (!page.readable) return finish(false);
    if (page.unsettled > 0) {
      ++counters_.waits_for_settlement;
      return finish(false);
    }
    read_orders({});
  });
}

void AccountReader::read_orders(const std::string& cursor) {
  const std::string target =
      cursor.empty() ? "/data/orders" : "/data/orders?next_cursor=" + net::percent_encode(cursor);
  get(clob_, target, true, [this](int status, std::string_view body) {
    const auto root = status == 200 ? json_->parser.parse(body) : std::nullopt;
    if (!root || !root->is_object()) return finish(false);
    clob_json::for_each(*root, "data", [this](clob_json::dom::element row) {
      Digest digest;
      if (!crypto::decode_hex(clob_json::text(row, "id"), digest)) return;
      if (const NamedOrder* const named = names_.find(digest)) {
        if (named->ended) callbacks_.on_zombie(digest);
        return;
      }
      if (names_.left_over(digest)) callbacks_.on_zombie(digest);
      ++picture_->foreign_orders;
      const InstrumentId instrument = catalogue_.find_token(clob_json::text(row, "asset_id"));
      const auto original = clob_json::decimal(row, "original_size", Shares::kDecimals);
      const auto matched = clob_json::decimal(row, "size_matched", Shares::kDecimals);
      const auto price = clob_json::decimal(row, "price", Price::kDecimals);
      if (!original || !price || *price > Price::kPipsPerUsd) return;
      const Shares left{std::max<std::int64_t>(0, *original - matched.value_or(0))};
      if (clob_json::text(row, "side") == "BUY") {
        picture_->locked_cash += notional(Price{static_cast<std::int32_t>(*price)}, left, Rounding::kUp);
      } else if (instrument.valid()) {
        picture_->token(instrument).locked += left;
      }
    });
    const std::string next(clob_json::text(*root, "next_cursor"));
    if (next.empty() || next == kLastCursor) return read_cash();
    if (++picture_->pages > kMaxPages) return finish(false);
    read_orders(next);
  });
}

std::string AccountReader::balance_target(std::string_view path, InstrumentId token) const {
  const int type = static_cast<int>(settings_.type);
  if (!token.valid()) return fmt::format("{}?asset_type=COLLATERAL&signature_type={}", path, type);
  const ConditionSpec& spec = catalogue_[condition_of(token)].spec;
  return fmt::format("{}?asset_type={}&token_id={}&signature_type={}", path,
                     spec.version == MarketVersion::kV2 ? "CONDITIONAL-V2" : "CONDITIONAL",
                     spec.tokens[outcome_of(token)], type);
}

void AccountReader::read_cash() {
  get(clob_, balance_target("/balance-allowance", InstrumentId{}), true, [this](int status, std::string_view body) {
    const auto root = status == 200 ? json_->parser.parse(body) : std::nullopt;
    const auto balance = root && root->is_object() ? clob_json::decimal(*root, "balance", 0) : std::nullopt;
    if (!balance) return finish(false);
    picture_->cash = Usd{*balance};
    picture_->pages = 0;
    data_ ? read_positions({}) : list_tokens();
  });
}

void AccountReader::read_positions(const std::string& cursor) {
  std::string target = fmt::format("/v2/positions?user={}&limit={}", settings_.wallet, kPositionsPage);
  if (!cursor.empty()) target += "&cursor=" + net::percent_encode(cursor);
  get(*data_, std::move(target), false, [this](int status, std::string_view body) {
    const auto root = status == 200 ? json_->parser.parse(body) : std::nullopt;
    if (!root || !root->is_object()) return finish(false);
    clob_json::for_each(*root, "data", [this](clob_json::dom::element row) {
      const InstrumentId instrument = catalogue_.find_token(clob_json::text(row, "token_id"));
      if (!instrument.valid()) {
        ++picture_->unknown_tokens;
        return;
      }
      const auto average = clob_json::decimal(row, "avg_price", Price::kDecimals);
      if (average && *average > 0 && *average < Price::kPipsPerUsd) {
        picture_->token(instrument).average = Price{static_cast<std::int32_t>(*average)};
      } else {
        picture_->token(instrument);
      }
    });
    clob_json::dom::element pagination;
    const bool paged = (*root)["pagination"].get(pagination) == simdjson::SUCCESS;
    const std::string next(paged ? clob_json::text(pagination, "next_cursor") : std::string_view());
    if (next.empty()) return list_tokens();
    if (++picture_->pages > kMaxPages) return finish(false);
    read_positions(next);
  });
}

void AccountReader::list_tokens() {
  std::vector<InstrumentId> held;
  callbacks_.held(held);
  for (const InstrumentId instrument : held) picture_->token(instrument);
  read_next_token();
}

void AccountReader::read_next_token() {
  if (picture_->next_token == picture_->tokens.size()) return finish(true);
  get(clob_, balance_target("/balance-allowance", picture_->tokens[picture_->next_token].instrument), true,
      [this](int status, std::string_view body) {
        const auto root = status == 200 ? json_->parser.parse(body) : std::nullopt;
        const auto balance = root && root->is_object() ? clob_json::decimal(*root, "balance", 0) : std::nullopt;
        if (!balance) return finish(false);
        picture_->tokens[picture_->next_token++].shares = Shares{*balance};
        read_next_token();
      });
}

void AccountReader::finish(bool complete) {
  const std::unique_ptr<Picture> picture = std::move(picture_);
  const Nanos now = loop_.now();
  if (!complete) ++counters_.failures;
  counters_.foreign_orders = picture->foreign_orders;
  counters_.unknown_tokens = picture->unknown_tokens;
  if (!complete) {
    next_ = now + settings_.soon;
  } else if (settings_.period.ns > 0) {
    next_ = now + settings_.period;
  }
  if (complete && !started_) {
    started_ = true;
    callbacks_.on_started(picture->started_s);
  }
  Event e = Event::make(EventKind::kAccountBegin, now, VenueId::kPolymarket);
  callbacks_.on_event(e);
  if (complete) {
    e = Event::make(EventKind::kAccountCash, now, VenueId::kPolymarket);
    e.account.cash = picture->cash;
    e.account.locked = picture->locked_cash;
    callbacks_.on_event(e);
    for (const Picture::Token& token : picture->tokens) {
      e = Event::make(EventKind::kAccountPosition, now, VenueId::kPolymarket, token.instrument.value);
      e.account.shares = token.shares;
      e.account.locked_shares = token.locked;
      e.account.average = token.average;
      callbacks_.on_event(e);
    }
  }
  e = Event::make(EventKind::kAccountEnd, now, VenueId::kPolymarket);
  e.account.complete = complete ? 1 : 0;
  callbacks_.on_event(e);
}

}  // namespace underround::polymarket
