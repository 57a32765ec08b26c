#include "app/latency_option.hpp"

#include <fmt/format.h>

#include "app/duration.hpp"
#include "base/decimal.hpp"

namespace underround::cli {
namespace {

std::optional<Nanos> part(std::string_view text) {
  if (text == "0ms") return Nanos{};
  const auto time = parse_duration(text);
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

Result<backtest::LegLatency> parse_latency(std::string_view text) {
  const auto refuse = [&] {
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("\"{}\" is no latency; write 15ms, 15ms+5ms (a tail) or 15ms+5ms/0.5%:250ms (stalls)", text));
  };
  backtest::LegLatency leg;
  std::string_view rest = text;
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    const std::string_view stalls = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
    const auto colon = stalls.find("%:");
    if (colon == std::string_view::npos) return refuse();
    const auto percent = parse_decimal(stalls.substr(0, colon), 4);
    const auto spike = part(stalls.substr(colon + 2));
    if (!percent || *percent < 0 || *percent > 1'000'000 || !spike) return refuse();
    leg.spike_ppm = *percent;  // a ten-thousandth of a percent
    leg.spike = *spike;
  }
  if (const auto plus = rest.find('+'); plus != std::string_view::npos) {
    const auto jitter = part(rest.substr(plus + 1));
    if (!jitter) return refuse();
    leg.jitter = *jitter;
    rest = rest.substr(0, plus);
  }
  const auto base = part(rest);
  if (!base) return refuse();
  leg.base = *base;
  return leg;
}

std::expected<backtest::LegLatency, Failure> latency_option(std::string_view name, const std::string& text) {
  auto leg = parse_latency(text);
  if (!leg) return wrong_usage(fmt::format("{}: {}", name, leg.error().message));
  return *leg;
}

}  // namespace underround::cli
