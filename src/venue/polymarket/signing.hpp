// Orders as the exchange contracts see them: EIP-712 struct, digest (= order id, law 5) and the four kinds of signature
// (protocol page 6).
//   OrderSigner signer(key, {.chain_id = 137, .type = SignatureType::kEoa, .maker = key.address()});
//   const Order order = signer.order(salt, token, amounts, side, timestamp_ms);
//   const OrderName name = signer.name(order, Exchange::kV2Standard);   // journal name.digest, then
//   SignatureBytes bytes;  signer.sign(name, bytes);
// Fast path: everything that is the same for all orders of an account is hashed or laid out once. name() is two keccaks
// (384 and 66 bytes), sign() one secp256k1 signature (two more keccaks for deposit wallets). No allocation.
// Owner: one thread. Keeps a pointer to the key; the key must outlive it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/ids.hpp"
#include "core/units.hpp"
#include "crypto/address.hpp"
#include "crypto/eip712.hpp"
#include "crypto/nonce_pool.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/u256.hpp"
#include "market/catalogue.hpp"
#include "venue/polymarket/amounts.hpp"

namespace underround::polymarket {

enum class SignatureType : std::uint8_t { kEoa = 0, kProxy = 1, kSafe = 2, kDepositWallet = 3 };

// Which contract settles a market: v1 markets by neg_risk under domain "2", v2 markets under domain "3".
enum class Exchange : std::uint8_t { kV2Standard, kV2NegRisk, kV3 };
// Version must be known (law 4: the caller has refused unknown ones).
[[nodiscard]] Exchange exchange_of(MarketVersion version, bool neg_risk) noexcept;

inline constexpr std::uint64_t kPolygon = 137;
inline constexpr std::uint64_t kAmoy = 80002;
[[nodiscard]] crypto::Address exchange_address(Exchange exchange, std::uint64_t chain_id) noexcept;
[[nodiscard]] Digest exchange_domain(Exchange exchange, std::uint64_t chain_id) noexcept;

// The 11 signed fields (page 6.1). `expiration` is not one of them.
struct Order {
  std::uint64_t salt = 0;  // < 2^53: travels as a JSON number
  crypto::Address maker{}, signer{};
  crypto::U256 token_id;
  OrderAmounts amounts;
  Side side = Side::kBuy;
  SignatureType type = SignatureType::kEoa;
  std::uint64_t timestamp_ms = 0;
  Digest metadata{}, builder{};
};
[[nodiscard]] Digest order_struct_hash(const Order& order) noexcept;

// What an order is called before anything is sent.
struct OrderName {
  Digest digest;  // the order id
  Digest struct_hash;
  Exchange exchange;
};

// 65 bytes for types 0-2; 317 for type 3 (ERC-7739), 480 when a session key signs for it.
struct SignatureBytes {
  static constexpr std::size_t kMax = 480;
  std::array<std::uint8_t, kMax> bytes;
  std::size_t size = 0;
  [[nodiscard]] std::span<const std::uint8_t> view() const noexcept { return {bytes.data(), size}; }
};

class OrderSigner {
 public:
  struct Account {
    std::uint64_t chain_id = kPolygon;
    SignatureType type = SignatureType::kEoa;
    crypto::Address maker{};  // the wallet that holds the funds; the key's own address for type 0
    Digest builder{}, metadata{};
    // The key is a session key of the deposit wallet `maker` (page 5.5): type 3 only.
    bool session_key = false;
    // Signs with ready-made nonces while there are some. Null = RFC 6979, the default. Must outlive the signer; no
    // other thread may sign with it.
    crypto::NoncePool* nonces = nullptr;
  };
  OrderSigner(const crypto::SecretKey& key, const Account& account);

  [[nodiscard]] Order order(std::uint64_t salt, const crypto::U256& token_id, const OrderAmounts& amounts, Side side,
                            std::uint64_t timestamp_ms) const noexcept;
  // `order` must have come from order().
  [[nodiscard]] OrderName name(const Order& order, Exchange exchange) noexcept;
  void sign(const OrderName& name, SignatureBytes& out) const noexcept;

  [[nodiscard]] const Account& account() const noexcept { return account_; }
  // EIP-55, as order bodies carry them; hashed once, here.
  [[nodiscard]] std::string_view maker_text() const noexcept { return maker_text_; }
  [[nodiscard]] std::string_view signer_text() const noexcept { return signer_text_; }
  // The address L2 requests are made under: always the key's own (page 5.1).
  [[nodiscard]] const crypto::Address& key_address() const noexcept { return key_->address(); }

 private:
  void sign_for_wallet(const OrderName& name, SignatureBytes& out) const noexcept;
  [[nodiscard]] Digest domain(Exchange exchange) const noexcept { return domains_[static_cast<std::size_t>(exchange)]; }

  const crypto::SecretKey* key_;
  Account account_;
  crypto::Address signer_;
  std::string maker_text_, signer_text_;
  std::array<Digest, 3> domains_;
  crypto::Words<12> order_words_;  // constant members filled in
  crypto::Words<7> wallet_words_;  // TypedDataSign, type 3 only
};

}  // namespace underround::polymarket
