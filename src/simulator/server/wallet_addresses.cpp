#include "simulator/server/wallet_addresses.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string_view>

#include "base/check.hpp"
#include "core/ids.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"

namespace underround::simulator {
namespace {

// Bytes put end to end, for hashing.
class Packed {
 public:
  Packed& hex(std::string_view text) noexcept {
    UR_CHECK(size_ + text.size() / 2 <= bytes_.size());
    UR_CHECK(crypto::decode_hex(text, std::span(bytes_).subspan(size_, text.size() / 2)));
    size_ += text.size() / 2;
    return *this;
  }
  Packed& add(std::span<const std::uint8_t> bytes) noexcept {
    UR_CHECK(size_ + bytes.size() <= bytes_.size());
    std::ranges::copy(bytes, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += bytes.size();
    return *this;
  }
  Packed& word(const crypto::Address& address) noexcept { return add(std::array<std::uint8_t, 12>{}).add(address); }
  [[nodiscard]] Digest hash() const noexcept { return crypto::keccak256(std::span(bytes_).first(size_)); }

 private:
  std::array<std::uint8_t, 256> bytes_{};
  std::size_t size_ = 0;
};

constexpr std::string_view kProxyFactory = "aB45c5A4B0c941a2F231C04C3f49182e1A254052";
constexpr std::string_view kProxyInitHash = "d21df8dc65880a8606f09fe0ce3df9b8869287ab0b058be05aa9e8af6330a00b";
constexpr std::string_view kSafeFactory = "aacFeEa03eb1561C4e67d661e40682Bd20E3541b";
constexpr std::string_view kSafeInitHash = "2bce2127ff07fb632d16c8347c4ebf501f4841168bed00d9e6ef715ddb6fcecf";
constexpr std::string_view kDepositFactory = "00000000000Fb5C9ADea0298D729A0CB3823Cc07";
constexpr std::string_view kDepositBeacon = "7A18EDfe055488A3128f01F563e5B479D92ffc3a";
constexpr std::string_view kDepositImplementation = "58CA52ebe0DadfdF531Cde7062e76746de4Db1eB";
// ERC-1967 proxies with 64 bytes of immutable arguments: the code around the implementation's or beacon's address.
constexpr std::string_view kBeaconHead = "6100923d8160233d3973";
constexpr std::string_view kBeaconTail =
    "60195155f3363d3d373d3d363d602036600436635c60da1b60e01b36527fa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6c"
    "b3582b35133d50545afa5036515af43d6000803e604d573d6000fd5b3d6000f3";
constexpr std::string_view kUupsHead = "61007d3d8160233d3973";
constexpr std::string_view kUupsTail =
    "60095155f3363d3d373d3d363d7f360894a13ba1a3210667c828492db98dca3e2076"
    "cc3735a920a3ca505d382bbc545af43d6000803e6038573d6000fd5b3d6000f3";

crypto::Address create2(std::string_view factory, const Digest& salt, const Digest& init_hash) noexcept {
  const Digest hash = Packed().hex("ff").hex(factory).add(salt).add(init_hash).hash();
  crypto::Address address;
  std::copy(hash.begin() + 12, hash.end(), address.begin());
  return address;
}

Digest digest(std::string_view hex) noexcept {
  Digest out;
  UR_CHECK(crypto::decode_hex(hex, out));
  return out;
}

crypto::Address deposit(const crypto::Address& owner, std::string_view head, std::string_view target,
                        std::string_view tail) noexcept {
  const auto arguments = [&](Packed& to) {
    to.add(std::array<std::uint8_t, 12>{}).hex(kDepositFactory).word(owner);  // abi.encode(factory, wallet id)
  };
  Packed salt, code;
  arguments(salt);
  arguments(code.hex(head).hex(target).hex(tail));
  return create2(kDepositFactory, salt.hash(), code.hash());
}

}  // namespace

crypto::Address proxy_wallet(const crypto::Address& owner) noexcept {
  static const Digest init = digest(kProxyInitHash);
  return create2(kProxyFactory, crypto::keccak256(owner), init);
}

crypto::Address safe_wallet(const crypto::Address& owner) noexcept {
  static const Digest init = digest(kSafeInitHash);
  return create2(kSafeFactory, Packed().word(owner).hash(), init);
}

crypto::Address deposit_wallet(const crypto::Address& owner) noexcept {
  return deposit(owner, kBeaconHead, kDepositBeacon, kBeaconTail);
}

crypto::Address legacy_deposit_wallet(const crypto::Address& owner) noexcept {
  return deposit(owner, kUupsHead, kDepositImplementation, kUupsTail);
}

bool owns_wallet(const crypto::Address& owner, unsigned signature_type, const crypto::Address& wallet) noexcept {
  switch (signature_type) {
    case 0: return wallet == owner;
    case 1: return wallet == proxy_wallet(owner);
    case 2: return wallet == safe_wallet(owner);
    case 3: return wallet == deposit_wallet(owner) || wallet == legacy_deposit_wallet(owner);
    default: return false;
  }
}

}  // namespace underround::simulator
