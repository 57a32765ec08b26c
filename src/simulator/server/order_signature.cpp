#include "simulator/server/order_signature.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "crypto/eip712.hpp"
#include "crypto/encoding.hpp"
#include "crypto/secp256k1.hpp"
#include "simulator/server/wallet_addresses.hpp"

namespace underround::simulator {
namespace {

constexpr std::uint64_t kPolygon = 137;
constexpr std::size_t kPlainBytes = 65;
constexpr std::size_t kNestedBytes = 65 + 32 + 32 + kOrderType.size() + 2;
static_assert(kNestedBytes == 317);
// abi.encode(bytes32, bytes32, bytes): three words of head, a length word, the bytes padded to words; then the mark.
constexpr std::size_t kSessionHead = 4 * 32, kSessionBytes = kSessionHead + 320 + 32;

using Bytes = std::span<const std::uint8_t>;

std::optional<std::vector<std::uint8_t>> hex_bytes(std::string_view text) {
  if (!text.starts_with("0x") || text.size() % 2 != 0 || text.size() > 2 * (kSessionBytes + 1)) return std::nullopt;
  std::vector<std::uint8_t> out(text.size() / 2 - 1);
  if (!crypto::decode_hex(text, out)) return std::nullopt;
  return out;
}

crypto::Address address_of(std::string_view text) {
  crypto::Address address{};
  (void)crypto::decode_hex(text, address);
  return address;
}

std::optional<crypto::Address> recover(const Digest& digest, Bytes signature) {
  crypto::Signature raw;
  std::ranges::copy(signature.first(kPlainBytes), raw.begin());
  if (raw[64] != 27 && raw[64] != 28) return std::nullopt;
  return crypto::recover(digest, raw);
}

// What an owner of `wallet` signs under the exchange's domain.
Digest nested_digest(const Digest& contents, const crypto::Address& wallet, const Digest& separator) {
  static const Digest type_hash = crypto::keccak256(
      "TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 "
      "salt)" +
      std::string(kOrderType));
  static const Digest name = crypto::keccak256("DepositWallet"), version = crypto::keccak256("1");
  crypto::Words<7> words;
  words.add(type_hash);
  words.add(contents);
  words.add(name);
  words.add(version);
  words.add(kPolygon);
  words.add(wallet);
  words.add(Digest{});
  return crypto::typed_digest(separator, words.hash());
}

// Inner signature || the application's domain || contents hash || contents type || its length.
bool nested_tail_fits(Bytes signature, const Digest& contents, const Digest& separator) {
  if (signature.size() != kNestedBytes) return false;
  const Bytes type(reinterpret_cast<const std::uint8_t*>(kOrderType.data()), kOrderType.size());
  return std::ranges::equal(signature.subspan(65, 32), separator) &&
         std::ranges::equal(signature.subspan(97, 32), contents) &&
         std::ranges::equal(signature.subspan(129, type.size()), type) && signature[315] == kOrderType.size() >> 8 &&
         signature[316] == (kOrderType.size() & 0xff);
}

struct SessionWrap {
  crypto::Address key;
  Bytes nested;
};

std::optional<SessionWrap> unwrap_session(Bytes signature) {
  if (signature.size() != kSessionBytes) return std::nullopt;
  const auto word = [&](std::size_t i) { return signature.subspan(i * 32, 32); };
  const auto is_number = [&](std::size_t i, std::uint64_t value) {
    return std::ranges::equal(word(i), crypto::U256(value).bytes);
  };
  const Bytes mark = signature.last(32);
  for (std::size_t i = 0; i < 32; i += 2) {
    if (mark[i] != 0x64 || mark[i + 1] != 0x92) return std::nullopt;
  }
  const auto zero = [](std::uint8_t byte) { return byte == 0; };
  if (!std::ranges::all_of(word(0).first(12), zero) || !is_number(1, 0) || !is_number(2, 96) ||
      !is_number(3, kNestedBytes)) {
    return std::nullopt;
  }
  if (!std::ranges::all_of(signature.subspan(kSessionHead + kNestedBytes, 320 - kNestedBytes), zero)) {
    return std::nullopt;
  }
  SessionWrap wrap{{}, signature.subspan(kSessionHead, kNestedBytes)};
  std::ranges::copy(word(0).last(20), wrap.key.begin());
  return wrap;
}

// Under this domain and no other: kGood or kBad.
SignatureCheck check_under(const SignedOrder& order, const Digest& contents, Bytes signature, const Digest& separator) {
  const crypto::Address maker = address_of(order.maker), named = address_of(order.signer);
  SignatureCheck check;
  if (order.signature_type != 3) {
    if (signature.size() != kPlainBytes) return check;
    const auto who = recover(crypto::typed_digest(separator, contents), signature);
    if (!who || *who != named || !owns_wallet(*who, order.signature_type, maker)) return check;
    return {SignatureVerdict::kGood, *who, false};
  }
  const auto wrap = unwrap_session(signature);
  const Bytes nested = wrap ? wrap->nested : signature;
  if (maker != named || !nested_tail_fits(nested, contents, separator)) return check;
  const auto who = recover(nested_digest(contents, maker, separator), nested);
  if (!who || (wrap ? *who != wrap->key : !owns_wallet(*who, 3, maker))) return check;
  return {SignatureVerdict::kGood, *who, wrap.has_value()};
}

}  // namespace

SignatureCheck check_signature(const SignedOrder& order, const Digest& contents, std::string_view signature_hex,
                               ExchangeDomain domain) {
  const auto signature = hex_bytes(signature_hex);
  if (!signature) return {};
  SignatureCheck check = check_under(order, contents, *signature, domain_separator(domain));
  if (check.verdict == SignatureVerdict::kGood) return check;
  for (std::size_t i = 0; i < kExchangeDomains; ++i) {
    const auto other = static_cast<ExchangeDomain>(i);
    if (other == domain) continue;
    check = check_under(order, contents, *signature, domain_separator(other));
    if (check.verdict != SignatureVerdict::kGood) continue;
    check.verdict = SignatureVerdict::kOtherVersion;
    return check;
  }
  return {};
}

}  // namespace underround::simulator
