#include "app/account_readings.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>

#include "app/fetch_text.hpp"
#include "base/decimal.hpp"
#include "net/url.hpp"

namespace underround::cli {
namespace {

using simdjson::dom::element;

std::string_view text(element object, const char* key) {
  std::string_view value;
  return object[key].get(value) == simdjson::SUCCESS ? value : std::string_view();
}

// Numbers and strings alike: the data service is not consistent.
std::string plain(element object, const char* key) {
  element value;
  if (object[key].get(value) != simdjson::SUCCESS) return {};
  std::string_view string;
  return value.get(string) == simdjson::SUCCESS ? std::string(string) : simdjson::minify(value);
}

bool flag(element object, const char* key) {
  bool value = false;
  return object[key].get(value) == simdjson::SUCCESS && value;
}

std::string signature_type(const AccountContext& a) { return std::to_string(static_cast<int>(a.account.type)); }

Result<std::int64_t> read_base_units(const std::string& body) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(body).get(root) == simdjson::SUCCESS) {
    if (const auto units = parse_decimal(text(root, "balance"), 0)) return *units;
  }
  return fail(ErrorCode::kInternal, "a balance of the venue could not be read: " + body.substr(0, 200));
}

}  // namespace

Result<CashReading> read_cash(AccountContext& a) {
  const auto body = a.clob->get("/balance-allowance?asset_type=COLLATERAL&signature_type=" + signature_type(a));
  if (!body) return std::unexpected(body.error());
  const auto units = read_base_units(*body);
  if (!units) return std::unexpected(units.error());
  CashReading reading{.usd = Usd{*units}, .allowances = {}};
  simdjson::dom::parser parser;
  const element root = parser.parse(*body);
  simdjson::dom::object allowances;
  if (root["allowances"].get(allowances) == simdjson::SUCCESS) {
    for (const auto field : allowances) {
      std::string_view amount;
      if (field.value.get(amount) == simdjson::SUCCESS) reading.allowances.emplace_back(field.key, amount);
    }
  }
  return reading;
}

Result<std::vector<HeldPosition>> read_positions(AccountContext& a) {
  std::vector<HeldPosition> held;
  std::string cursor;
  do {
    std::string target = fmt::format("/v2/positions?user={}&limit=500", a.wallet_text());
    if (!cursor.empty()) target += "&cursor=" + net::percent_encode(cursor);
    const auto body = fetch_text(a.loop, a.urls.data, target, a.proxy());
    if (!body) return std::unexpected(body.error());
    simdjson::dom::parser parser;
    element root;
    simdjson::dom::array rows;
    if (parser.parse(*body).get(root) != simdjson::SUCCESS || root["data"].get(rows) != simdjson::SUCCESS) {
      return fail(ErrorCode::kInternal, "the list of positions could not be read");
    }
    for (const element row : rows) {
      HeldPosition p;
      p.token = text(row, "token_id");
      p.condition_id = text(row, "condition_id");
      p.slug = text(row, "slug");
      p.title = text(row, "title");
      p.outcome = text(row, "outcome");
      p.average_price = plain(row, "avg_price");
      p.data_shares = Shares{parse_decimal_truncating(plain(row, "current_size"), Shares::kDecimals).value_or(0)};
      p.redeemable = flag(row, "redeemable");
      p.mergeable = flag(row, "mergeable");
      const auto balance = a.clob->get(fmt::format(
          "/balance-allowance?asset_type=CONDITIONAL&token_id={}&signature_type={}", p.token, signature_type(a)));
      if (!balance) return std::unexpected(balance.error());
      const auto units = read_base_units(*balance);
      if (!units) return std::unexpected(units.error());
      p.shares = Shares{*units};
      held.push_back(std::move(p));
    }
    element pagination;
    cursor = root["pagination"].get(pagination) == simdjson::SUCCESS ? text(pagination, "next_cursor") : "";
  } while (!cursor.empty());
  return held;
}

}  // namespace underround::cli
