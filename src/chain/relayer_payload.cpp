#include "chain/relayer_payload.hpp"

#include <fmt/format.h>

#include "base/check.hpp"
#include "crypto/eip712.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"

namespace underround::chain {
namespace {

using crypto::checksum;
using crypto::hex_0x;
using crypto::keccak256;

// What wallets call personal_sign of 32 bytes.
Digest eth_message(const Digest& hash) {
  std::string text =
      "\x19"
      "Ethereum Signed Message:\n32";
  text.append(hash.begin(), hash.end());
  return keccak256(text);
}

std::string json_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c >= ' ' ? c : ' ';
  }
  return out;
}

// Safes have a domain without a name.
Digest safe_domain(std::uint64_t chain_id, const Address& safe) {
  crypto::Words<3> words;
  words.add(keccak256("EIP712Domain(uint256 chainId,address verifyingContract)"));
  words.add(chain_id);
  words.add(safe);
  return words.hash();
}

// And their factory one without a version.
Digest safe_factory_domain(std::uint64_t chain_id, const Address& factory) {
  crypto::Words<4> words;
  words.add(keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)"));
  words.add(keccak256("Polymarket Contract Proxy Factory"));
  words.add(chain_id);
  words.add(factory);
  return words.hash();
}

enum class SafeOperation : std::uint8_t { kCall = 0, kDelegateCall = 1 };
struct SafeAction {
  Address to{};
  Bytes data{};
  SafeOperation operation = SafeOperation::kCall;
};

// multiSend(bytes): packed (operation, to, value, length, data) of each call.
SafeAction one_action(const Contracts& contracts, std::span<const Call> calls) {
  UR_CHECK(!calls.empty());
  if (calls.size() == 1) return {.to = calls[0].to, .data = calls[0].data};
  Bytes packed;
  const auto append = [&](ByteSpan bytes) { packed.insert(packed.end(), bytes.begin(), bytes.end()); };
  for (const Call& call : calls) {
    packed.push_back(static_cast<std::uint8_t>(SafeOperation::kCall));
    append(call.to);
    append(U256(0).bytes);
    append(U256(call.data.size()).bytes);
    append(call.data);
  }
  return {.to = contracts.safe_multisend,
          .data = AbiEncoder().bytes(packed).call(selector("multiSend(bytes)")),
          .operation = SafeOperation::kDelegateCall};
}

Digest safe_transaction_hash(const Contracts& contracts, const Address& safe, const SafeAction& action,
                             const U256& nonce) {
  crypto::Words<11> words;
  words.add(
      keccak256("SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,"
                "uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"));
  words.add(action.to);
  words.add(std::uint64_t{0});  // value
  words.add(keccak256(action.data));
  words.add(static_cast<std::uint64_t>(action.operation));
  for (int i = 0; i < 3; ++i) words.add(std::uint64_t{0});  // safeTxGas, baseGas, gasPrice
  words.add(Address{});                                     // gasToken
  words.add(Address{});                                     // refundReceiver
  words.add(nonce);
  return crypto::typed_digest(safe_domain(contracts.chain_id, safe), words.hash());
}

Digest batch_digest(const Contracts& contracts, const Address& wallet, std::span<const Call> calls, const U256& nonce,
                    std::int64_t deadline_s) {
  constexpr std::string_view kCall = "Call(address target,uint256 value,bytes data)";
  const Digest call_type = keccak256(kCall);
  Bytes call_hashes;
  for (const Call& call : calls) {
    crypto::Words<4> words;
    words.add(call_type);
    words.add(call.to);
    words.add(std::uint64_t{0});
    words.add(keccak256(call.data));
    const Digest hash = words.hash();
    call_hashes.insert(call_hashes.end(), hash.begin(), hash.end());
  }
  crypto::Words<5> words;
  words.add(keccak256(fmt::format("Batch(address wallet,uint256 nonce,uint256 deadline,Call[] calls){}", kCall)));
  words.add(wallet);
  words.add(nonce);
  words.add(static_cast<std::uint64_t>(deadline_s));
  words.add(keccak256(call_hashes));
  const Digest domain = crypto::domain_separator("DepositWallet", "1", contracts.chain_id, wallet);
  return crypto::typed_digest(domain, words.hash());
}

}  // namespace

RelayerPayload safe_payload(const Contracts& contracts, const crypto::SecretKey& key, const Address& wallet,
                            std::span<const Call> calls, const U256& nonce, std::string_view metadata) {
  const SafeAction action = one_action(contracts, calls);
  const Digest name = safe_transaction_hash(contracts, wallet, action, nonce);
  crypto::Signature signature = key.sign(eth_message(name));
  signature[64] = static_cast<std::uint8_t>(signature[64] + 4);  // tells the Safe that it is an eth message
  const std::string zero = checksum(Address{});
  return {name, fmt::format(R"({{"from":"{}","to":"{}","proxyWallet":"{}","data":"{}","nonce":"{}","signature":"{}",)"
                            R"("signatureParams":{{"gasPrice":"0","operation":"{}","safeTxnGas":"0","baseGas":"0",)"
                            R"("gasToken":"{}","refundReceiver":"{}"}},"type":"SAFE","metadata":"{}"}})",
                            checksum(key.address()), checksum(action.to), checksum(wallet), hex_0x(action.data),
                            nonce.to_decimal(), hex_0x(signature), static_cast<int>(action.operation), zero, zero,
                            json_text(metadata))};
}

Bytes proxy_calldata(std::span<const Call> calls) {
  constexpr std::uint64_t kTypeCall = 1;
  std::vector<AbiEncoder> tuples;
  for (const Call& call : calls) {
    tuples.push_back(AbiEncoder().number(kTypeCall).address(call.to).number(std::uint64_t{0}).bytes(call.data));
  }
  return AbiEncoder().tuples(tuples).call(selector("proxy((uint8,address,uint256,bytes)[])"));
}

RelayerPayload proxy_payload(const Contracts& contracts, const crypto::SecretKey& key, const Address& wallet,
                             const Bytes& data, const U256& nonce, const Address& relay, std::uint64_t gas_limit,
                             std::string_view metadata) {
  Bytes packed = {'r', 'l', 'x', ':'};
  const auto append = [&](ByteSpan bytes) { packed.insert(packed.end(), bytes.begin(), bytes.end()); };
  append(key.address());
  append(contracts.proxy_factory);
  append(data);
  append(U256(0).bytes);  // relayer fee
  append(U256(0).bytes);  // gas price
  append(U256(gas_limit).bytes);
  append(nonce.bytes);
  append(contracts.relay_hub);
  append(relay);
  const Digest name = keccak256(packed);
  return {name, fmt::format(R"({{"from":"{}","to":"{}","proxyWallet":"{}","data":"{}","nonce":"{}","signature":"{}",)"
                            R"("signatureParams":{{"gasPrice":"0","gasLimit":"{}","relayerFee":"0","relayHub":"{}",)"
                            R"("relay":"{}"}},"type":"PROXY","metadata":"{}"}})",
                            checksum(key.address()), checksum(contracts.proxy_factory), checksum(wallet), hex_0x(data),
                            nonce.to_decimal(), hex_0x(key.sign(eth_message(name))), gas_limit,
                            checksum(contracts.relay_hub), checksum(relay), json_text(metadata))};
}

RelayerPayload wallet_payload(const Contracts& contracts, const crypto::SecretKey& key, const Address& wallet,
                              std::span<const Call> calls, const U256& nonce, std::int64_t deadline_s,
                              std::string_view metadata) {
  UR_CHECK(!calls.empty());
  const Digest name = batch_digest(contracts, wallet, calls, nonce, deadline_s);
  std::string list;
  for (const Call& call : calls) {
    list += fmt::format(R"({}{{"target":"{}","value":"0","data":"{}"}})", list.empty() ? "" : ",", checksum(call.to),
                        hex_0x(call.data));
  }
  const std::string note = metadata.empty() ? "" : fmt::format(R"(,"metadata":"{}")", json_text(metadata));
  return {name, fmt::format(R"({{"type":"WALLET","from":"{}","to":"{}","nonce":"{}","signature":"{}",)"
                            R"("depositWalletParams":{{"depositWallet":"{}","deadline":"{}","calls":[{}]}}{}}})",
                            checksum(key.address()), checksum(contracts.deposit_wallet_factory), nonce.to_decimal(),
                            hex_0x(key.sign(name)), checksum(wallet), deadline_s, list, note)};
}

RelayerPayload safe_create_payload(const Contracts& contracts, const crypto::SecretKey& key, const Address& wallet) {
  crypto::Words<4> words;
  words.add(keccak256("CreateProxy(address paymentToken,uint256 payment,address paymentReceiver)"));
  words.add(Address{});
  words.add(std::uint64_t{0});
  words.add(Address{});
  const Digest name =
      crypto::typed_digest(safe_factory_domain(contracts.chain_id, contracts.safe_factory), words.hash());
  const std::string zero = checksum(Address{});
  return {name, fmt::format(R"({{"from":"{}","to":"{}","proxyWallet":"{}","data":"0x","signature":"{}",)"
                            R"("signatureParams":{{"paymentToken":"{}","payment":"0","paymentReceiver":"{}"}},)"
                            R"("type":"SAFE-CREATE"}})",
                            checksum(key.address()), checksum(contracts.safe_factory), checksum(wallet),
                            hex_0x(key.sign(name)), zero, zero)};
}

RelayerPayload wallet_create_payload(const Contracts& contracts, const Address& owner) {
  const std::string body = fmt::format(R"({{"type":"WALLET-CREATE","from":"{}","to":"{}"}})", checksum(owner),
                                       checksum(contracts.deposit_wallet_factory));
  return {keccak256(body), body};
}

}  // namespace underround::chain
