#include "simulator/server/relayer_actions.hpp"

#include <algorithm>

#include "crypto/eip712.hpp"
#include "crypto/encoding.hpp"
#include "crypto/secp256k1.hpp"
#include "simulator/server/wallet_addresses.hpp"

namespace underround::simulator {
namespace {

using crypto::keccak256;

constexpr std::string_view kDepositFactory = "0x00000000000fb5c9adea0298d729a0cb3823cc07";
constexpr std::string_view kProxyFactory = "0xab45c5a4b0c941a2f231c04c3f49182e1a254052";
constexpr std::string_view kSafeFactory = "0xaacfeea03eb1561c4e67d661e40682bd20e3541b";
constexpr std::string_view kMultiSend = "0xa238cbeb142c10ef7ad8442c6d1f9e89e07e7761";
constexpr std::string_view kRelayHub = "0xd216153c06e857cd7f72665e0af1d7d82172f494";
constexpr std::uint64_t kPolygon = 137;
constexpr std::size_t kMostCalls = 100;

std::unexpected<Error> bad(std::string words) { return fail(ErrorCode::kInvalidInput, std::move(words)); }

std::optional<Address> signer_of(const Digest& digest, std::string_view signature, int v_offset) {
  crypto::Signature raw;
  if (signature.size() != 132 || !signature.starts_with("0x") || !crypto::decode_hex(signature, raw))
    return std::nullopt;
  const int v = raw[64] - v_offset;
  if (v != 27 && v != 28) return std::nullopt;
  raw[64] = static_cast<std::uint8_t>(v);
  return crypto::recover(digest, raw);
}

Digest personal(const Digest& hash) {
  std::string text = std::string("\x19") + "Ethereum Signed Message:\n32";
  text.append(hash.begin(), hash.end());
  return keccak256(text);
}

void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

// --- the calls

// multiSend(bytes) of packed (operation, to, value, length, data).
std::optional<std::vector<ChainCall>> unpack_multisend(const Bytes& data) {
  static const std::uint32_t kMulti = selector("multiSend(bytes)");
  const CallReader in(data);
  const auto packed = in.selector() == kMulti ? in.bytes(0) : std::nullopt;
  if (!packed) return std::nullopt;
  std::vector<ChainCall> calls;
  ByteView rest = *packed;
  while (!rest.empty()) {
    constexpr std::size_t kHead = 1 + 20 + 32 + 32;
    const auto length = rest.size() < kHead ? std::nullopt : to_offset(rest, 53, rest.size() - kHead);
    if (!length || rest[0] != 0 || calls.size() == kMostCalls) return std::nullopt;
    ChainCall& call = calls.emplace_back();
    std::copy_n(rest.begin() + 1, 20, call.to.begin());
    call.data.assign(rest.begin() + kHead, rest.begin() + static_cast<std::ptrdiff_t>(kHead + *length));
    rest = rest.subspan(kHead + *length);
  }
  return calls;
}

// proxy((uint8 typeCode,address to,uint256 value,bytes data)[])
std::optional<std::vector<ChainCall>> unpack_proxy(const Bytes& data) {
  static const std::uint32_t kProxy = selector("proxy((uint8,address,uint256,bytes)[])");
  const CallReader in(data);
  if (in.selector() != kProxy) return std::nullopt;
  const ByteView all = in.arguments();
  const auto start = to_offset(all, 0, all.size());
  const auto count = start ? to_offset(all, *start, kMostCalls) : std::nullopt;
  if (!count) return std::nullopt;
  const std::size_t heads = *start + 32;
  std::vector<ChainCall> calls;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto at = to_offset(all, heads + 32 * i, all.size() - heads);
    if (!at) return std::nullopt;
    Bytes tuple(4);  // so that CallReader sees it as arguments
    append(tuple, all.subspan(heads + *at));
    const CallReader fields(tuple);
    const auto to = fields.address(1);
    const auto content = fields.bytes(3);
    if (fields.word(0) != U256(1) || !to || fields.word(2) != U256() || !content) return std::nullopt;
    calls.push_back({*to, Bytes(content->begin(), content->end())});
  }
  return calls;
}

// --- what is signed

Digest safe_digest(const Address& safe, const Address& to, const Bytes& data, unsigned operation, const U256& nonce) {
  crypto::Words<3> domain;
  domain.add(keccak256("EIP712Domain(uint256 chainId,address verifyingContract)"));
  domain.add(kPolygon);
  domain.add(safe);
  crypto::Words<11> words;
  words.add(
      keccak256("SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 "
                "gasPrice,address gasToken,address refundReceiver,uint256 nonce)"));
  words.add(to);
  words.add(std::uint64_t{0});
  words.add(keccak256(data));
  words.add(std::uint64_t{operation});
  for (int i = 0; i < 5; ++i) words.add(std::uint64_t{0});
  words.add(nonce);
  return crypto::typed_digest(domain.hash(), words.hash());
}

Digest proxy_digest(const Address& owner, const Bytes& data, std::uint64_t gas_limit, const U256& nonce) {
  Bytes packed{'r', 'l', 'x', ':'};
  append(packed, owner);
  append(packed, *address_of(kProxyFactory));
  append(packed, data);
  append(packed, U256().bytes);  // fee
  append(packed, U256().bytes);  // gas price
  append(packed, U256(gas_limit).bytes);
  append(packed, nonce.bytes);
  append(packed, *address_of(kRelayHub));
  append(packed, *address_of(kRelayAddress));
  return keccak256(packed);
}

Digest batch_digest(const Address& wallet, const U256& nonce, std::uint64_t deadline_s,
                    const std::vector<ChainCall>& calls) {
  const std::string call_type = "Call(address target,uint256 value,bytes data)";
  Bytes hashes;
  for (const ChainCall& call : calls) {
    crypto::Words<4> words;
    words.add(keccak256(call_type));
    words.add(call.to);
    words.add(std::uint64_t{0});
    words.add(keccak256(call.data));
    append(hashes, words.hash());
  }
  crypto::Words<5> words;
  words.add(keccak256("Batch(address wallet,uint256 nonce,uint256 deadline,Call[] calls)" + call_type));
  words.add(wallet);
  words.add(nonce);
  words.add(deadline_s);
  words.add(keccak256(hashes));
  return crypto::typed_digest(crypto::domain_separator("DepositWallet", "1", kPolygon, wallet), words.hash());
}

Digest safe_create_digest() {
  crypto::Words<4> domain;
  domain.add(keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)"));
  domain.add(keccak256("Polymarket Contract Proxy Factory"));
  domain.add(kPolygon);
  domain.add(*address_of(kSafeFactory));
  crypto::Words<4> words;
  words.add(keccak256("CreateProxy(address paymentToken,uint256 payment,address paymentReceiver)"));
  for (int i = 0; i < 3; ++i) words.add(std::uint64_t{0});
  return crypto::typed_digest(domain.hash(), words.hash());
}

// --- each type of request

Result<RelayerAction> read_safe(RelayerAction a, const JsonValue& body) {
  const JsonValue* params = body.find("signatureParams");
  const auto to = address_of(body.text("to"));
  const auto data = bytes_of(body.text("data"));
  if (params == nullptr || !to || !data) return bad("invalid SAFE request");
  const std::string_view operation = params->text("operation");
  if (operation != "0" && operation != "1") return bad("invalid operation");
  for (const char* zero : {"gasPrice", "safeTxnGas", "baseGas"}) {
    if (params->text(zero) != "0") return bad(std::string(zero) + " must be 0");
  }
  if (operation == "1") {
    auto calls = *to == *address_of(kMultiSend) ? unpack_multisend(*data) : std::nullopt;
    if (!calls) return bad("delegatecall to anything but MultiSend");
    a.calls = std::move(*calls);
  } else {
    a.calls = {{*to, *data}};
  }
  const Digest digest = personal(safe_digest(a.wallet, *to, *data, operation == "1" ? 1 : 0, a.nonce));
  if (signer_of(digest, body.text("signature"), 4) != a.owner) return bad("invalid signature");
  return a;
}

Result<RelayerAction> read_proxy(RelayerAction a, const JsonValue& body) {
  const JsonValue* params = body.find("signatureParams");
  const auto data = bytes_of(body.text("data"));
  const auto gas_limit = params == nullptr ? std::nullopt : params->integer("gasLimit");
  if (!data || !gas_limit || *gas_limit <= 0 || address_of(body.text("to")) != address_of(kProxyFactory)) {
    return bad("invalid PROXY request");
  }
  if (address_of(params->text("relayHub")) != address_of(kRelayHub) ||
      address_of(params->text("relay")) != address_of(kRelayAddress)) {
    return bad("unknown relay");
  }
  auto calls = unpack_proxy(*data);
  if (!calls) return bad("data is no proxy call");
  a.calls = std::move(*calls);
  const Digest digest = personal(proxy_digest(a.owner, *data, static_cast<std::uint64_t>(*gas_limit), a.nonce));
  if (signer_of(digest, body.text("signature"), 0) != a.owner) return bad("invalid signature");
  return a;
}

Result<RelayerAction> read_deposit(RelayerAction a, const JsonValue& body, std::int64_t now_s) {
  const JsonValue* params = body.find("depositWalletParams");
  const JsonValue* calls = params == nullptr ? nullptr : params->find("calls");
  const auto deadline = params == nullptr ? std::nullopt : params->integer("deadline");
  if (calls == nullptr || !calls->is(JsonValue::Kind::kArray) || calls->items.empty() ||
      calls->items.size() > kMostCalls || !deadline || address_of(body.text("to")) != address_of(kDepositFactory)) {
    return bad("invalid WALLET request");
  }
  if (*deadline < now_s) return bad("deadline is over");
  for (const JsonValue& one : calls->items) {
    const auto target = address_of(one.text("target"));
    const auto data = bytes_of(one.text("data"));
    if (!target || !data || one.text("value") != "0") return bad("invalid call");
    a.calls.push_back({*target, *data});
  }
  const Digest digest = batch_digest(a.wallet, a.nonce, static_cast<std::uint64_t>(*deadline), a.calls);
  if (signer_of(digest, body.text("signature"), 0) != a.owner) return bad("invalid signature");
  return a;
}

}  // namespace

std::optional<WalletKind> parse_wallet_kind(std::string_view type) {
  if (type == "PROXY") return WalletKind::kProxy;
  if (type == "SAFE") return WalletKind::kSafe;
  if (type == "WALLET") return WalletKind::kDeposit;
  return std::nullopt;
}

Result<RelayerAction> read_relayer_action(const JsonValue& body, std::int64_t now_s) {
  std::string_view type = body.text("type");
  RelayerAction a;
  a.create = type.ends_with("-CREATE");
  if (a.create) type.remove_suffix(7);
  const auto kind = parse_wallet_kind(type);
  const auto owner = address_of(body.text("from"));
  if (!kind || (a.create && *kind == WalletKind::kProxy)) return bad("invalid type");
  if (!owner) return bad("invalid from");
  a.kind = *kind;
  a.owner = *owner;
  if (a.create) {
    a.wallet = *kind == WalletKind::kSafe ? safe_wallet(a.owner) : deposit_wallet(a.owner);
    if (*kind == WalletKind::kSafe && signer_of(safe_create_digest(), body.text("signature"), 0) != a.owner) {
      return bad("invalid signature");
    }
    return a;
  }
  const JsonValue* deposit = body.find("depositWalletParams");
  const std::string_view named = *kind == WalletKind::kDeposit
                                     ? (deposit == nullptr ? "" : deposit->text("depositWallet"))
                                     : body.text("proxyWallet");
  const auto wallet = address_of(named);
  if (!wallet || !owns_wallet(a.owner, static_cast<unsigned>(*kind), *wallet)) return bad("not a wallet of this owner");
  a.wallet = *wallet;
  const auto nonce = U256::parse(body.text("nonce"));
  if (!nonce) return bad("invalid nonce");
  a.nonce = *nonce;
  switch (*kind) {
    case WalletKind::kProxy: return read_proxy(std::move(a), body);
    case WalletKind::kSafe: return read_safe(std::move(a), body);
    case WalletKind::kDeposit: return read_deposit(std::move(a), body, now_s);
  }
  return bad("invalid type");
}

}  // namespace underround::simulator
