#include "venue/polymarket/signing.hpp"

#include <algorithm>
#include <iterator>

#include "base/check.hpp"

namespace underround::polymarket {
namespace {

using crypto::Address;
using crypto::keccak256;
using crypto::Words;

constexpr std::string_view kOrderType =
    "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,"
    "uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)";
static_assert(kOrderType.size() == 186);
constexpr std::string_view kTypedDataSign =
    "TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)";

// Words of the Order struct that differ from order to order.
enum OrderWord : std::size_t { kSalt = 1, kToken = 4, kMakerAmount = 5, kTakerAmount = 6, kSide = 7, kTimestamp = 9 };
constexpr std::size_t kContentsWord = 1;  // of TypedDataSign
constexpr std::size_t kWalletSignature = 65 + 32 + 32 + 186 + 2;
static_assert(kWalletSignature == 317);

const Digest& order_type_hash() noexcept {
  static const Digest hash = keccak256(kOrderType);
  return hash;
}

Digest typed_data_sign_hash() {
  std::array<char, kTypedDataSign.size() + kOrderType.size()> text;
  std::copy(kOrderType.begin(), kOrderType.end(),
            std::copy(kTypedDataSign.begin(), kTypedDataSign.end(), text.begin()));
  return keccak256(std::string_view(text.data(), text.size()));
}

Words<12> order_words(const Order& order) noexcept {
  Words<12> words;
  words.add(order_type_hash());
  words.add(order.salt);
  words.add(order.maker);
  words.add(order.signer);
  words.add(order.token_id);
  words.add(order.amounts.maker);
  words.add(order.amounts.taker);
  words.add(static_cast<std::uint64_t>(order.side));
  words.add(static_cast<std::uint64_t>(order.type));
  words.add(order.timestamp_ms);
  words.add(order.metadata);
  words.add(order.builder);
  return words;
}

Address address_literal(std::string_view text) noexcept {
  const auto address = crypto::parse_address(text);
  UR_CHECK(address.has_value());
  return *address;
}

Digest word_of(std::uint64_t value) noexcept { return crypto::U256(value).bytes; }

Digest word_of(const Address& address) noexcept {
  Digest word{};
  std::copy(address.begin(), address.end(), word.end() - std::ssize(address));
  return word;
}

void append(SignatureBytes& out, const auto& bytes) noexcept {
  UR_CHECK(out.size + bytes.size() <= out.bytes.size());
  std::copy(bytes.begin(), bytes.end(), out.bytes.begin() + static_cast<std::ptrdiff_t>(out.size));
  out.size += bytes.size();
}

}  // namespace

Exchange exchange_of(MarketVersion version, bool neg_risk) noexcept {
  UR_CHECK(version != MarketVersion::kUnknown);
  if (version == MarketVersion::kV2) return Exchange::kV3;
  return neg_risk ? Exchange::kV2NegRisk : Exchange::kV2Standard;
}

Address exchange_address(Exchange exchange, std::uint64_t chain_id) noexcept {
  switch (exchange) {
    case Exchange::kV2Standard: return address_literal("0xE111180000d2663C0091e4f400237545B87B996B");
    case Exchange::kV2NegRisk: return address_literal("0xe2222d279d744050d28e00520010520000310F59");
    case Exchange::kV3: break;
  }
  return address_literal(chain_id == kAmoy ? "0x9fE6e61422AdB6F610d8597F9684b16912D50C3D"
                                           : "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa");
}

Digest exchange_domain(Exchange exchange, std::uint64_t chain_id) noexcept {
  return crypto::domain_separator("Polymarket CTF Exchange", exchange == Exchange::kV3 ? "3" : "2", chain_id,
                                  exchange_address(exchange, chain_id));
}

Digest order_struct_hash(const Order& order) noexcept { return order_words(order).hash(); }

OrderSigner::OrderSigner(const crypto::SecretKey& key, const Account& account)
    : key_(&key),
      account_(account),
      signer_(account.type == SignatureType::kDepositWallet ? account.maker : key.address()),
      maker_text_(crypto::checksum(account.maker)),
      signer_text_(crypto::checksum(signer_)),
      domains_{exchange_domain(Exchange::kV2Standard, account.chain_id),
               exchange_domain(Exchange::kV2NegRisk, account.chain_id),
               exchange_domain(Exchange::kV3, account.chain_id)},
      order_words_(order_words(order(0, crypto::U256(), {}, Side::kBuy, 0))) {
  UR_CHECK(!account.session_key || account.type == SignatureType::kDepositWallet);
  wallet_words_.add(typed_data_sign_hash());
  wallet_words_.add(Digest{});  // contents
  wallet_words_.add(keccak256("DepositWallet"));
  wallet_words_.add(keccak256("1"));
  wallet_words_.add(account.chain_id);
  wallet_words_.add(account.maker);
  wallet_words_.add(Digest{});  // salt
}

Order OrderSigner::order(std::uint64_t salt, const crypto::U256& token_id, const OrderAmounts& amounts, Side side,
                         std::uint64_t timestamp_ms) const noexcept {
  return {.salt = salt,
          .maker = account_.maker,
          .signer = signer_,
          .token_id = token_id,
          .amounts = amounts,
          .side = side,
          .type = account_.type,
          .timestamp_ms = timestamp_ms,
          .metadata = account_.metadata,
          .builder = account_.builder};
}

OrderName OrderSigner::name(const Order& order, Exchange exchange) noexcept {
  order_words_.set(kSalt, word_of(order.salt));
  order_words_.set(kToken, order.token_id.bytes);
  order_words_.set(kMakerAmount, word_of(order.amounts.maker));
  order_words_.set(kTakerAmount, word_of(order.amounts.taker));
  order_words_.set(kSide, word_of(static_cast<std::uint64_t>(order.side)));
  order_words_.set(kTimestamp, word_of(order.timestamp_ms));
  const Digest struct_hash = order_words_.hash();
  return {
      .digest = crypto::typed_digest(domain(exchange), struct_hash), .struct_hash = struct_hash, .exchange = exchange};
}

void OrderSigner::sign(const OrderName& name, SignatureBytes& out) const noexcept {
  out.size = 0;
  if (account_.type != SignatureType::kDepositWallet) {
    append(out, key_->sign(name.digest, account_.nonces));
    return;
  }
  if (!account_.session_key) return sign_for_wallet(name, out);
  // Page 5.5: abi.encode(bytes32(session EOA), bytes32(0), bytes(the ERC-7739 signature)), then the magic of a wrapped
  // signature. The third word is where the bytes begin, the fourth how many they are; they are padded to whole words.
  append(out, word_of(key_->address()));
  append(out, Digest{});
  append(out, word_of(3 * 32));
  append(out, word_of(kWalletSignature));
  sign_for_wallet(name, out);
  append(out, std::array<std::uint8_t, (32 - kWalletSignature % 32) % 32>{});
  for (int i = 0; i < 16; ++i) append(out, std::array<std::uint8_t, 2>{0x64, 0x92});
}

// ERC-7739 (page 6.3): the wallet's own typed data wraps the order; the order's type travels with the signature.
void OrderSigner::sign_for_wallet(const OrderName& name, SignatureBytes& out) const noexcept {
  crypto::Words<7> words = wallet_words_;
  words.set(kContentsWord, name.struct_hash);
  const Digest separator = domain(name.exchange);
  append(out, key_->sign(crypto::typed_digest(separator, words.hash()), account_.nonces));
  append(out, separator);
  append(out, name.struct_hash);
  append(out, kOrderType);
  append(out, std::array<std::uint8_t, 2>{0x00, 0xba});  // length of the type
}

}  // namespace underround::polymarket
