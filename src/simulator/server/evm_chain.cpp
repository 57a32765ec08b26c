#include "simulator/server/evm_chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/child_process.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"
#include "net/http_client.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr Nanos kPatience = Nanos::from_seconds(20), kLook = Nanos::from_millis(100);
constexpr std::string_view kDollars = "0xc011a7e12a19f7b1f670d46f03b03f3342e82dfb";  // pUSD
constexpr std::string_view kUsdcE = "0x2791bca1f2de4661ed88a30c99a7a9449aa84174";
constexpr std::string_view kWrapped = "0x3a3bd7bb9528e159577f7c2e685cc81a765002e2";
constexpr std::string_view kTokens = "0x4d97dcd97ec945f40cf65f87097ace5ea0476045";
constexpr std::string_view kPositionManager = "0x006f54f7f9a22e0000cc2ab60031000000ae9fef";
constexpr std::string_view kOracle = "0x157ce2d672854c848c9b79c49a8cc6cc89176a49";
constexpr std::int64_t kPlentyMicros = 1'000'000'000'000'000;  // a billion dollars for those who pay out
constexpr std::int64_t kStockMicros = 100'000'000'000;         // sets an exchange splits at a time

std::string_view spender(Spender s) { return kSpenderAddresses[static_cast<std::size_t>(s)]; }

// Of a text that is known to be one.
Address known_address(std::string_view text) { return address_of(text).value_or(Address{}); }

std::string topic(std::string_view signature) { return crypto::hex_0x(crypto::keccak256(signature)); }

// Words of a log: its indexed topics, then its data.
std::optional<U256> word_of(std::string_view hex, std::size_t index) {
  if (hex.size() < 2 + 64 * (index + 1)) return std::nullopt;
  return U256::parse("0x" + std::string(hex.substr(2 + 64 * index, 64)));
}

std::string address_in(std::string_view topic_hex) {  // the last 20 bytes of a topic
  return topic_hex.size() == 66 ? "0x" + std::string(topic_hex.substr(26)) : std::string();
}

// Where an ERC-20 of OpenZeppelin keeps the balance of `owner`.
std::string balance_slot(std::string_view owner) {
  const Address bytes = known_address(owner);
  std::array<std::uint8_t, 64> packed{};
  std::copy(bytes.begin(), bytes.end(), packed.begin() + 12);
  return crypto::hex_0x(crypto::keccak256(packed));
}

}  // namespace

class EvmChain::Impl {
 public:
  Impl(net::EventLoop& loop, Venue& venue, AllowanceBook& allowances)
      : loop_(loop), venue_(venue), allowances_(allowances) {}

  Result<void> open(const EvmInstall& install) {
    const auto line = process_.start({install.program, "--port", "0", "--chain-id", "137", "--block-time", "2",
                                      "--mixed-mining", "--auto-impersonate", "--accounts", "1"},
                                     "Listening on ");
    if (!line) return fail(ErrorCode::kNotFound, install.program + " did not start");
    const std::size_t colon = line->rfind(':');
    url_ = "http://127.0.0.1:" + line->substr(colon + 1, line->find_first_not_of("0123456789", colon + 1) - colon - 1);
    http_ = std::make_unique<net::HttpClient>(
        loop_,
        net::HttpClientSettings{.base_url = url_, .connections = 1, .max_waiting = 100'000, .timeout = kPatience});
    const auto code = [&](std::string_view at, const std::string& bytes) {
      setup("anvil_setCode", fmt::format(R"(["{}","{}"])", at, bytes));
    };
    code(kTokens, install.conditional_tokens);
    code(kPositionManager, install.conditional_tokens);  // of v2: has no markets here, and may be asked for approvals
    for (const std::string_view token : {kDollars, kUsdcE, kWrapped}) code(token, install.erc20);
    for (const Spender adapter : {Spender::kCollateralAdapter, Spender::kNegRiskCollateralAdapter}) {
      code(spender(adapter), install.adapter);
    }
    // A call to the contracts that are not here must fail, not vanish.
    for (const Spender none : {Spender::kRouter, Spender::kNegRiskAdapter}) code(spender(none), "0x60006000fd");
    for (const Spender s : {Spender::kExchangeV2, Spender::kNegRiskExchangeV2, Spender::kCollateralAdapter,
                            Spender::kNegRiskCollateralAdapter}) {
      for (const std::string_view token : {kDollars, kUsdcE, kWrapped}) deal(token, spender(s));
      setup("anvil_setBalance", fmt::format(R"(["{}","0xd3c21bcecceda1000000"])", spender(s)));
    }
    for (const std::string_view who : {std::string_view(kOracle), spender(Spender::kNegRiskAdapter)}) {
      setup("anvil_setBalance", fmt::format(R"(["{}","0xd3c21bcecceda1000000"])", who));
    }
    for (const bool neg_risk : {false, true}) {
      setup_call(house(neg_risk), neg_risk ? kWrapped : kUsdcE,
                 CallWriter("approve(address,uint256)").address(known_address(kTokens)).word(most()).data());
    }
    prepare_markets(true);
    return setup_error_.empty() ? Result<void>{} : fail(ErrorCode::kInternal, "the local chain: " + setup_error_);
  }

  // --- following the chain
  void advance() {
    const Nanos now = net::EventLoop::wall_now();
    if (looking_ || now < next_look_) return;
    next_look_ = now + kLook;
    looking_ = true;
    ask("eth_blockNumber", "[]", [this](const JsonValue* result) {
      const auto latest = result == nullptr ? std::nullopt : number(result->scalar);
      if (!latest || *latest <= block_) return done_looking();
      const std::string range = fmt::format(R"([{{"fromBlock":"0x{:x}","toBlock":"0x{:x}"}}])", block_ + 1, *latest);
      ask("eth_getLogs", range, [this, latest = *latest](const JsonValue* logs) {
        if (logs != nullptr) {
          for (const JsonValue& log : logs->items) apply(log);
          block_ = latest;
        }
        done_looking();
      });
    });
  }

  void forward(const std::string& body, std::function<void(std::string)> done) {
    net::HttpRequest request = post(body);
    http_->send(request, [done = std::make_shared<std::function<void(std::string)>>(std::move(done))](
                             const net::HttpResult& r) { (*done)(r ? r->body : std::string()); });
  }

  void grant_coins(const Address& address, UInt128 wei) {
    const std::string who = crypto::hex_0x(address);
    ask("eth_getBalance", fmt::format(R"(["{}","latest"])", who), [this, who, wei](const JsonValue* result) {
      const auto have = result == nullptr ? std::nullopt : U256::parse(result->scalar);
      UInt128 sum = wei;
      if (have) {
        for (std::size_t i = 16; i < 32; ++i) sum += static_cast<UInt128>(have->bytes[i]) << (8 * (31 - i));
      }
      ask("anvil_setBalance",
          fmt::format(R"(["{}","0x{:x}{:016x}"])", who, static_cast<std::uint64_t>(sum >> 64),
                      static_cast<std::uint64_t>(sum)),
          [](const JsonValue*) {});
    });
  }

  Digest send_batch(const Address& wallet, std::vector<ChainCall> calls) {
    Bytes name(wallet.begin(), wallet.end());
    const Bytes sequence = word_bytes(U256(++batches_));
    name.insert(name.end(), sequence.begin(), sequence.end());
    const Digest id = crypto::keccak256(name);
    ask("anvil_setBalance", fmt::format(R"(["{}","0xde0b6b3a7640000"])", crypto::hex_0x(wallet)),
        [](const JsonValue*) {});
    run_batch(id, wallet, std::make_shared<std::vector<ChainCall>>(std::move(calls)), 0, {});
    return id;
  }

  std::uint64_t block_ = 0, conflicts_ = 0;
  std::set<std::string> deployed_;
  std::map<Digest, ChainReceipt> receipts_;

 private:
  using Answer = std::function<void(const JsonValue* result)>;  // null: the node refused
  struct Mirror {  // an account as the chain has it, as far as this object has brought it there or read it from logs
    std::int64_t cash = 0;
    std::unordered_map<std::uint64_t, std::int64_t> tokens;  // market * 2 + outcome
  };

  static U256 most() {
    U256 w;
    w.bytes.fill(0xff);
    return w;
  }
  static std::string_view house(bool neg_risk) {
    return spender(neg_risk ? Spender::kNegRiskExchangeV2 : Spender::kExchangeV2);
  }
  static std::optional<std::uint64_t> number(std::string_view hex) {
    const auto word = U256::parse(hex);
    if (!word) return std::nullopt;
    std::uint64_t out = 0;
    for (std::size_t i = 24; i < 32; ++i) out = out << 8 | word->bytes[i];
    return out;
  }
  static net::HttpRequest post(std::string body) {
    net::HttpRequest request;
    request.method = "POST";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = std::move(body);
    return request;
  }
  static std::string rpc(std::string_view method, std::string_view params) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"{}","params":{}}})", method, params);
  }
  static std::string transaction(std::string_view from, std::string_view to, const Bytes& data) {
    return fmt::format(R"([{{"from":"{}","to":"{}","gas":"0x1e8480","data":"{}"}}])", from, to, crypto::hex_0x(data));
  }

  // --- start-up: waits for each answer
  void setup(std::string_view method, const std::string& params) {
    const auto answer = http_->fetch(post(rpc(method, params)), kPatience);
    const auto json = answer ? parse_json(answer->body) : std::nullopt;
    if ((!json || json->find("error") != nullptr) && setup_error_.empty()) {
      setup_error_ = std::string(method) + ": " + (answer ? answer->body.substr(0, 200) : answer.error().error.message);
    }
  }
  void setup_call(std::string_view from, std::string_view to, const Bytes& data) {
    setup("eth_sendTransaction", transaction(from, to, data));
  }
  void deal(std::string_view token, std::string_view owner) {
    setup("anvil_setStorageAt", fmt::format(R"(["{}","{}","{}"])", token, balance_slot(owner),
                                            U256(static_cast<std::uint64_t>(kPlentyMicros)).to_hex()));
  }

  void ask(std::string_view method, const std::string& params, Answer done) {
    const net::HttpRequest request = post(rpc(method, params));
    http_->send(request, [done = std::make_shared<Answer>(std::move(done))](const net::HttpResult& r) {
      const auto json = r ? parse_json(r->body) : std::nullopt;
      const JsonValue* result = json ? json->find("result") : nullptr;
      (*done)(result);
    });
  }

  // A transaction of somebody whose key we do not need; `done(false)`: refused or reverted.
  void send(std::string_view from, std::string_view to, const Bytes& data,
            std::function<void(bool, ChainReceipt)> done) {
    ask("eth_sendTransaction", transaction(from, to, data), [this, done = std::move(done)](const JsonValue* hash) {
      if (hash == nullptr) return done(false, {});
      follow(hash->scalar, net::EventLoop::wall_now() + kPatience, done);
    });
  }
  // Until it is in a block: at once, as a rule.
  void follow(const std::string& hash, Nanos until, std::function<void(bool, ChainReceipt)> done) {
    ask("eth_getTransactionReceipt", fmt::format(R"(["{}"])", hash),
        [this, hash, until, done = std::move(done)](const JsonValue* r) {
          ChainReceipt receipt;
          if (r == nullptr || !r->is(JsonValue::Kind::kObject)) {
            if (net::EventLoop::wall_now() < until) return follow(hash, until, done);
            return done(false, receipt);
          }
          receipt.hash = parse_digest(r->text("transactionHash")).value_or(Digest{});
          receipt.block = number(r->text("blockNumber")).value_or(0);
          receipt.gas_used = number(r->text("gasUsed")).value_or(0);
          receipt.succeeded = r->text("status") == "0x1";
          done(receipt.succeeded, receipt);
        });
  }

  // --- markets
  void prepare_markets(bool waiting) {
    for (; prepared_ < venue_.market_count(); ++prepared_) {
      const ConditionSpec& spec = venue_.market(MarketId{static_cast<std::uint32_t>(prepared_)}).spec;
      if (spec.version != MarketVersion::kV1) continue;
      const Bytes data = CallWriter("prepareCondition(address,bytes32,uint256)")
                             .address(known_address(oracle(spec.neg_risk)))
                             .word(*U256::parse(spec.question_id))
                             .number(2)
                             .data();
      if (waiting) {
        setup_call(house(false), kTokens, data);
      } else {
        send(house(false), kTokens, data, [](bool, const ChainReceipt&) {});
      }
    }
  }
  static std::string_view oracle(bool neg_risk) { return neg_risk ? spender(Spender::kNegRiskAdapter) : kOracle; }

  void report_results() {
    for (std::size_t i = 0; i < prepared_; ++i) {
      const Market& market = venue_.market(MarketId{static_cast<std::uint32_t>(i)});
      if (market.spec.phase != MarketPhase::kRedeemable || market.spec.version != MarketVersion::kV1) continue;
      if (!reported_.insert(market.id.value).second) continue;
      const U256 payouts[] = {U256(market.winner == 0 ? 1 : 0), U256(market.winner == 1 ? 1 : 0)};
      send(oracle(market.spec.neg_risk), kTokens,
           CallWriter("reportPayouts(bytes32,uint256[])")
               .word(*U256::parse(market.spec.question_id))
               .words(payouts)
               .data(),
           [](bool, const ChainReceipt&) {});
    }
  }

  // --- the ledger onto the chain
  void done_looking() {
    looking_ = false;
    prepare_markets(false);
    report_results();
    for (std::uint32_t i = 0; i < venue_.ledger().accounts(); ++i) {
      if (venue_.watched(AccountId{i})) mirror(AccountId{i});
    }
  }

  void mirror(AccountId account) {
    Mirror& m = mirrors_[account.value];
    const std::string& who = venue_.ledger().address(account);
    const auto failed = [this](bool ok, const ChainReceipt&) { conflicts_ += ok ? 0 : 1; };
    const std::int64_t cash = venue_.ledger().balance(account).micros;
    if (const std::int64_t delta = cash - std::exchange(m.cash, cash); delta > 0) {
      send(house(false), kDollars, pay("transfer(address,uint256)", {who}, delta), failed);
    } else if (delta < 0) {
      const Allowances allowed = allowances_.look_on_chain(account);
      const bool standard = allowed.collateral[0] >= Usd{-delta};
      send(house(!standard), kDollars,
           pay("transferFrom(address,address,uint256)", {who, std::string(house(!standard))}, -delta), failed);
    }
    for (std::size_t i = 0; i < prepared_; ++i) {
      const Market& market = venue_.market(MarketId{static_cast<std::uint32_t>(i)});
      if (market.spec.version != MarketVersion::kV1) continue;
      for (unsigned outcome = 0; outcome < 2; ++outcome) {
        const std::int64_t held = venue_.ledger().position(account, market.id, outcome).micros;
        if (held == 0 && !m.tokens.contains(market.id.value * 2ULL + outcome)) continue;
        std::int64_t& there = m.tokens[market.id.value * 2ULL + outcome];
        const std::int64_t delta = held - std::exchange(there, held);
        if (delta != 0) move_tokens(market, outcome, who, delta, failed);
      }
    }
  }

  static Bytes pay(std::string_view signature, const std::vector<std::string>& addresses, std::int64_t micros) {
    CallWriter call(signature);
    for (const std::string& a : addresses) call.address(known_address(a));
    return call.number(static_cast<std::uint64_t>(micros)).data();
  }

  void move_tokens(const Market& market, unsigned outcome, const std::string& who, std::int64_t delta,
                   const std::function<void(bool, const ChainReceipt&)>& done) {
    const bool neg_risk = market.spec.neg_risk;
    const std::string exchange(house(neg_risk));
    const U256 id = *U256::parse(market.spec.tokens[outcome]);
    std::int64_t& stock = stock_[market.id.value * 2ULL + outcome];
    if (delta > stock) {  // sets of the exchange's own, as a MINT would make them
      const std::int64_t sets = std::max(kStockMicros, delta);
      const U256 both[] = {U256(1), U256(2)};
      send(exchange, kTokens,
           CallWriter("splitPosition(address,bytes32,bytes32,uint256[],uint256)")
               .address(known_address(neg_risk ? kWrapped : kUsdcE))
               .number(0)
               .word(*U256::parse(market.spec.condition_id))
               .words(both)
               .number(static_cast<std::uint64_t>(sets))
               .data(),
           done);
      stock_[market.id.value * 2ULL] += sets;
      stock_[market.id.value * 2ULL + 1] += sets;
    }
    stock_[market.id.value * 2ULL + outcome] -= delta;
    send(exchange, kTokens,
         CallWriter("safeTransferFrom(address,address,uint256,uint256,bytes)")
             .address(known_address(delta > 0 ? exchange : who))
             .address(known_address(delta > 0 ? who : exchange))
             .word(id)
             .number(static_cast<std::uint64_t>(delta > 0 ? delta : -delta))
             .bytes({})
             .data(),
         done);
  }

  // --- the chain into the ledger
  void apply(const JsonValue& log) {
    static const std::string kSplit = topic("SetSplit(address,bytes32,uint256)"),
                             kMerged = topic("SetMerged(address,bytes32,uint256)"),
                             kRedeemed = topic("SetRedeemed(address,bytes32,uint256)"),
                             kApproval = topic("Approval(address,address,uint256)"),
                             kForAll = topic("ApprovalForAll(address,address,bool)"),
                             kTransfer = topic("Transfer(address,address,uint256)");
    const std::vector<std::string_view> topics = log.texts("topics");
    if (topics.size() < 3) return;
    const std::string at = lower(log.text("address")), first = address_in(topics[1]);
    const auto value = word_of(log.text("data"), 0);
    if (!value) return;
    const auto micros = to_micros(*value);
    const auto known = venue_.ledger().find(first);
    if (at == kDollars && topics[0] == kApproval && known) {
      const auto s = spender_index(address_in(topics[2]));
      if (s) allowances_.on_chain(*known).collateral[*s] = micros ? Usd{*micros} : Allowances::kUnlimited;
    } else if (at == kTokens && topics[0] == kForAll && known) {
      const auto s = spender_index(address_in(topics[2]));
      if (s) allowances_.on_chain(*known).tokens[*s] = *value != U256();
    } else if (at == kDollars && topics[0] == kTransfer && micros) {
      transferred(first, address_in(topics[2]), *micros);
    } else if (micros && known && (topics[0] == kSplit || topics[0] == kMerged || topics[0] == kRedeemed)) {
      const auto market = venue_.find_condition(topics[2]);
      if (market) set_operation(*known, *market, topics[0] == kSplit, topics[0] == kMerged, *micros);
    }
  }

  void set_operation(AccountId account, MarketId market, bool split, bool merge, std::int64_t micros) {
    Mirror& m = mirrors_[account.value];
    const auto tokens = [&](std::int64_t delta) {
      for (unsigned outcome = 0; outcome < 2; ++outcome) m.tokens[market.value * 2ULL + outcome] += delta;
    };
    bool done = false;
    if (split) {
      m.cash -= micros;
      tokens(micros);
      done = venue_.split(account, market, Shares{micros}).has_value();
    } else if (merge) {
      m.cash += micros;
      tokens(-micros);
      done = venue_.merge(account, market, Shares{micros}).has_value();
    } else {
      m.cash += micros;
      m.tokens[market.value * 2ULL] = m.tokens[market.value * 2ULL + 1] = 0;
      done = venue_.redeem(account, market).has_value();
    }
    conflicts_ += done ? 0 : 1;  // the ledger has moved on meanwhile: the next look puts the chain right
  }

  // Dollars sent from wallet to wallet; what adapters and exchanges move is told by their own words.
  void transferred(const std::string& from, const std::string& to, std::int64_t micros) {
    if (spender_index(from) || spender_index(to) || micros == 0) return;
    if (const auto sender = venue_.ledger().find(from)) {
      mirrors_[sender->value].cash -= micros;
      conflicts_ += venue_.withdraw(*sender, Usd{micros}) ? 0 : 1;
    }
    const AccountId receiver = venue_.open_account(to);
    mirrors_[receiver.value].cash += micros;
    venue_.deposit(receiver, Usd{micros});
  }

  static std::optional<std::size_t> spender_index(const std::string& address) {
    return find_spender(known_address(address));
  }

  // --- the relayer's batches: first asked, then done, so that the reason of a refusal is known
  void run_batch(const Digest& id, const Address& wallet, const std::shared_ptr<std::vector<ChainCall>>& calls,
                 std::size_t next, ChainReceipt last) {
    if (next == calls->size()) {
      last.succeeded = true;
      if (calls->empty()) last.block = block_;
      receipts_[id] = std::move(last);
      return;
    }
    const ChainCall& call = (*calls)[next];
    const std::string from = crypto::hex_0x(wallet), to = crypto::hex_0x(call.to);
    const std::string object = transaction(from, to, call.data);
    const net::HttpRequest request = post(rpc("eth_call", object.substr(0, object.size() - 1) + ",\"latest\"]"));
    auto then = std::make_shared<std::function<void(const net::HttpResult&)>>(
        [this, id, wallet, calls, next, from, to, last = std::move(last)](const net::HttpResult& r) {
          const auto json = r ? parse_json(r->body) : std::nullopt;
          const JsonValue* error = json ? json->find("error") : nullptr;
          if (!json || error != nullptr) {
            ChainReceipt failed = last;
            failed.succeeded = false;
            failed.block = block_;
            failed.reason = error == nullptr ? "the node is silent" : std::string(error->text("message"));
            constexpr std::string_view kHead = "execution reverted: ";
            if (failed.reason.starts_with(kHead)) failed.reason.erase(0, kHead.size());
            receipts_[id] = std::move(failed);
            return;
          }
          send(from, to, (*calls)[next].data, [this, id, wallet, calls, next](bool ok, ChainReceipt receipt) {
            if (ok) return run_batch(id, wallet, calls, next + 1, std::move(receipt));
            receipt.reason = "reverted";
            receipts_[id] = std::move(receipt);
          });
        });
    http_->send(request, [then](const net::HttpResult& r) { (*then)(r); });
  }

  net::EventLoop& loop_;
  Venue& venue_;
  AllowanceBook& allowances_;
  ChildProcess process_;
  std::string url_, setup_error_;
  std::unique_ptr<net::HttpClient> http_;
  Nanos next_look_{};
  bool looking_ = false;
  std::size_t prepared_ = 0;
  std::uint64_t batches_ = 0;
  std::set<std::uint32_t> reported_;
  std::unordered_map<std::uint32_t, Mirror> mirrors_;
  std::unordered_map<std::uint64_t, std::int64_t> stock_;
};

EvmChain::EvmChain(net::EventLoop& loop, Venue& venue, AllowanceBook& allowances)
    : impl_(std::make_unique<Impl>(loop, venue, allowances)) {}
EvmChain::~EvmChain() = default;

Result<void> EvmChain::open(const EvmInstall& install) { return impl_->open(install); }

void EvmChain::advance(Nanos) { impl_->advance(); }
std::uint64_t EvmChain::block_number() const { return impl_->block_; }
bool EvmChain::has_code(const Address& address) const { return impl_->deployed_.contains(crypto::hex_0x(address)); }
void EvmChain::deploy(const Address& wallet) { impl_->deployed_.insert(crypto::hex_0x(wallet)); }
void EvmChain::grant_coins(const Address& address, UInt128 wei) { impl_->grant_coins(address, wei); }
Digest EvmChain::send_batch(const Address& wallet, std::vector<ChainCall> calls) {
  return impl_->send_batch(wallet, std::move(calls));
}
const ChainReceipt* EvmChain::receipt(const Digest& name) const {
  const auto it = impl_->receipts_.find(name);
  return it == impl_->receipts_.end() ? nullptr : &it->second;
}
void EvmChain::forward(const std::string& body, std::function<void(std::string)> done) {
  impl_->forward(body, std::move(done));
}
std::uint64_t EvmChain::conflicts() const noexcept { return impl_->conflicts_; }

}  // namespace underround::simulator
