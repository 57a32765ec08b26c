#include "simulator/server/rtds_channel.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "base/int128.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr Nanos kChainlinkLag = Nanos::from_millis(1600);
constexpr Nanos kBinanceLag = Nanos::from_millis(150);
constexpr std::string_view kTopicNames[] = {"crypto_prices", "crypto_prices_chainlink"};
constexpr std::uint64_t kSampleTask = 2;  // 0 and 1 are the topics

std::int64_t to_e8(double price) { return std::llround(price * 1e8); }

// Chainlink: an E18 integer; Binance: eight decimals.
std::string full_accuracy(bool chainlink, double price) {
  const std::int64_t e8 = to_e8(price);
  if (!chainlink) return fmt::format("{}.{:08}", e8 / 100'000'000, e8 % 100'000'000);
  return fmt::format("{}0000000000", e8);
}

}  // namespace

RtdsChannel::RtdsChannel(Simulation& simulation, FaultGate& gate) : simulation_(simulation), peers_(gate) {
  const Nanos next = Nanos::from_seconds(simulation_.now().seconds() + 1);
  simulation_.scheduler().at(next, *this, kSampleTask);
}

int RtdsChannel::accept(const net::HttpRequest&, net::WebSocketSession session) {
  peers_.accept(std::move(session), [this](Connection& c, std::string_view text) { on_text(c, text); });
  return 101;
}

std::string RtdsChannel::symbol_of(Topic topic, std::size_t index) const {
  const std::string binance = lower(simulation_.world().symbols()[index]);  // btcusdt
  return topic == kBinance ? binance : binance.substr(0, binance.size() - 4) + "/usd";
}

// A filter is a text, compared as it stands: blanks inside break it. Binance also takes "btcusdt,ethusdt".
bool RtdsChannel::passes(const std::string& filter, Topic topic, std::string_view symbol) const {
  if (filter.empty() || filter == "{\"symbol\":\"" + std::string(symbol) + "\"}") return true;
  return topic == kBinance && ("," + filter + ",").find("," + std::string(symbol) + ",") != std::string::npos;
}

void RtdsChannel::on_text(Connection& connection, std::string_view text) {
  if (text == "PING" || text == "ping") return connection.outlet.send_pong("PONG");
  const auto message = parse_json(text);
  if (!message) return;
  if (message->text("action") == "subscribe") subscribe(connection, *message, true);
  if (message->text("action") == "unsubscribe") subscribe(connection, *message, false);
}

// One topic nobody knows poisons the whole batch.
void RtdsChannel::subscribe(Connection& connection, const JsonValue& message, bool on) {
  const JsonValue* list = message.find("subscriptions");
  if (list == nullptr) return;
  std::vector<std::pair<Topic, std::string>> asked;
  for (const JsonValue& item : list->items) {
    const std::string_view topic = item.text("topic"), type = item.text("type");
    if (type != "update" && type != "*") return;
    if (topic != kTopicNames[kBinance] && topic != kTopicNames[kChainlink]) return;
    asked.emplace_back(topic == kTopicNames[kBinance] ? kBinance : kChainlink, std::string(item.text("filters")));
  }
  for (const auto& [topic, filter] : asked) {
    if (!on) {
      connection.filters.erase(topic);
      continue;
    }
    connection.filters[topic] = filter;
    send_backlog(connection, topic);
  }
}

void RtdsChannel::send_backlog(Connection& connection, Topic topic) {
  const Nanos lag = topic == kChainlink ? kChainlinkLag : kBinanceLag;
  for (std::size_t i = 0; i < simulation_.world().symbols().size(); ++i) {
    const std::string symbol = symbol_of(topic, i);
    if (!passes(connection.filters[topic], topic, symbol)) continue;
    std::string frame;
    JsonWriter w(frame);
    w.object()
        .field("topic", kTopicNames[topic])
        .field("type", "subscribe")
        .integer("timestamp", simulation_.now().millis());
    w.key("payload").object().field("symbol", symbol).key("data").array();
    for (const Sample& sample : samples_) {
      if (sample.second + lag > simulation_.now()) continue;
      w.object().integer("timestamp", sample.second.millis()).key("value").raw(fmt::format("{}", sample.prices[i]));
      w.end_object();
    }
    w.end_array().end_object().end_object();
    connection.outlet.send(frame);
  }
}

void RtdsChannel::publish(Topic topic, Nanos second, Nanos now) {
  const Sample* sample = nullptr;
  for (const Sample& s : samples_) {
    if (s.second == second) sample = &s;
  }
  if (sample == nullptr || peers_.all().empty()) return;
  for (std::size_t i = 0; i < sample->prices.size(); ++i) {
    const std::string symbol = symbol_of(topic, i);
    std::string frame;
    JsonWriter w(frame);
    w.object().key("payload").object().field("full_accuracy_value",
                                             full_accuracy(topic == kChainlink, sample->prices[i]));
    w.field("symbol", symbol)
        .integer("timestamp", second.millis())
        .key("value")
        .raw(fmt::format("{}", sample->prices[i]));
    w.end_object()
        .integer("timestamp", now.millis())
        .field("topic", kTopicNames[topic])
        .field("type", "update")
        .end_object();
    for (const auto& connection : peers_.all()) {
      const auto filter = connection->filters.find(topic);
      if (connection->closed || filter == connection->filters.end()) continue;
      if (passes(filter->second, topic, symbol)) connection->outlet.send(frame);
    }
  }
}

void RtdsChannel::on_due(Nanos now, std::uint64_t payload) {
  if (payload != kSampleTask) {
    const auto topic = static_cast<Topic>(payload);
    const Nanos lag = topic == kChainlink ? kChainlinkLag : kBinanceLag;
    return publish(topic, now - lag, now);
  }
  Sample sample{now, {}};
  for (const std::string_view symbol : simulation_.world().symbols()) {
    sample.prices.push_back(static_cast<double>(to_e8(simulation_.world().reference_price(symbol))) / 1e8);
  }
  samples_.push_back(std::move(sample));
  if (samples_.size() > kBacklog) samples_.pop_front();
  simulation_.scheduler().at(now + kBinanceLag, *this, kBinance);
  simulation_.scheduler().at(now + kChainlinkLag, *this, kChainlink);
  simulation_.scheduler().at(now + Nanos::from_seconds(1), *this, kSampleTask);
}

}  // namespace underround::simulator
