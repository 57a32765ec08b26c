// For tests: a stranger's key, and what a client signs with it, written from the protocol page a second time. Shares
// only hashes and curves with the server: its digests, domains and wrappings are its own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/eip712.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/secp256k1.hpp"
#include "net/http_message.hpp"

namespace underround::simulator {

struct TestExchange {
  std::string_view version, contract;
};
inline constexpr TestExchange kTestStandard{"2", "0xE111180000d2663C0091e4f400237545B87B996B"};
inline constexpr TestExchange kTestNegRisk{"2", "0xe2222d279d744050d28e00520010520000310F59"};
inline constexpr TestExchange kTestV3{"3", "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa"};
inline constexpr TestExchange kTestRetired{"1", "0x4bFb41d5B3570DeFd03C39a9A4D8dE6Bd8B8982E"};

struct TestOrder {
  std::string salt, maker, signer, token, maker_amount, taker_amount;
  bool sell = false;
  unsigned type = 0;
  std::string timestamp;
  std::string builder = "0x" + std::string(64, '0');
};

class TestWallet {
 public:
  // A key of 64 times the same hex digit.
  explicit TestWallet(char digit)
      : key_(std::make_shared<crypto::SecretKey>(crypto::SecretKey::from_hex(std::string(64, digit)).value())) {}

  [[nodiscard]] std::string address() const { return crypto::hex_0x(key_->address()); }

  [[nodiscard]] std::string sign(const Digest& digest) const { return crypto::hex_0x(key_->sign(digest)); }

  [[nodiscard]] net::HttpHeaders l1_headers(const std::string& timestamp, std::uint64_t nonce = 0) const {
    crypto::Words<5> words;
    words.add(crypto::keccak256("ClobAuth(address address,string timestamp,uint256 nonce,string message)"));
    words.add(key_->address());
    words.add(crypto::keccak256(timestamp));
    words.add(nonce);
    words.add(crypto::keccak256("This message attests that I control the given wallet"));
    const Digest domain = crypto::domain_separator("ClobAuthDomain", "1", 137, std::nullopt);
    return {{"POLY_ADDRESS", address()},
            {"POLY_SIGNATURE", sign(crypto::typed_digest(domain, words.hash()))},
            {"POLY_TIMESTAMP", timestamp},
            {"POLY_NONCE", std::to_string(nonce)}};
  }

  // Types 0 to 2: 65 bytes; type 3: ERC-7739, by an owner of `order.maker`.
  [[nodiscard]] std::string sign_order(const TestOrder& order, const TestExchange& exchange) const {
    const Digest domain = separator(exchange), contents = struct_hash(order);
    if (order.type != 3) return sign(crypto::typed_digest(domain, contents));
    crypto::Words<7> words;
    words.add(
        crypto::keccak256("TypedDataSign(Order contents,string name,string version,uint256 chainId,address "
                          "verifyingContract,bytes32 salt)" +
                          std::string(kType)));
    words.add(contents);
    words.add(crypto::keccak256("DepositWallet"));
    words.add(crypto::keccak256("1"));
    words.add(std::uint64_t{137});
    words.add(bytes20(order.maker));
    words.add(Digest{});
    return sign(crypto::typed_digest(domain, words.hash())) + crypto::hex(domain) + crypto::hex(contents) +
           crypto::hex({reinterpret_cast<const std::uint8_t*>(kType.data()), kType.size()}) + "00ba";
  }

  // The same as a session key says it.
  [[nodiscard]] std::string sign_order_as_session(const TestOrder& order, const TestExchange& exchange) const {
    const auto word = [](const std::string& hex) { return std::string(64 - hex.size(), '0') + hex; };
    std::string mark;
    for (int i = 0; i < 16; ++i) mark += "6492";
    return "0x" + word(address().substr(2)) + word("0") + word("60") + word("13d") +
           sign_order(order, exchange).substr(2) + std::string(6, '0') + mark;
  }

 private:
  static constexpr std::string_view kType =
      "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,"
      "uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)";

  static crypto::Address bytes20(std::string_view hex) {
    crypto::Address out{};
    (void)crypto::decode_hex(hex, out);
    return out;
  }
  static Digest bytes32(std::string_view hex) {
    Digest out{};
    (void)crypto::decode_hex(hex, out);
    return out;
  }
  static Digest separator(const TestExchange& e) {
    static std::map<std::string_view, Digest> known;  // by contract; single-threaded tests
    const auto [it, fresh] = known.try_emplace(e.contract);
    if (fresh) {
      it->second = crypto::domain_separator("Polymarket CTF Exchange", e.version, 137, bytes20(e.contract));
    }
    return it->second;
  }
  static Digest struct_hash(const TestOrder& order) {
    const auto number = [](const std::string& text) { return crypto::U256::parse(text).value_or(crypto::U256{}); };
    crypto::Words<12> words;
    static const Digest type_hash = crypto::keccak256(kType);
    words.add(type_hash);
    words.add(number(order.salt));
    words.add(bytes20(order.maker));
    words.add(bytes20(order.signer));
    words.add(number(order.token));
    words.add(number(order.maker_amount));
    words.add(number(order.taker_amount));
    words.add(std::uint64_t{order.sell ? 1U : 0U});
    words.add(std::uint64_t{order.type});
    words.add(number(order.timestamp));
    words.add(Digest{});
    words.add(bytes32(order.builder));
    return words.hash();
  }
  std::shared_ptr<crypto::SecretKey> key_;
};

// POLY_SIGNATURE of L2.
inline std::string test_hmac(const std::string& secret, const std::string& timestamp, const std::string& method,
                             const std::string& path, const std::string& body) {
  const auto key = crypto::decode_base64(secret).value_or(std::vector<std::uint8_t>{});
  return crypto::base64(crypto::HmacSha256(key).sign({timestamp, method, path, body}),
                        crypto::Base64Alphabet::kUrlSafe);
}

}  // namespace underround::simulator
