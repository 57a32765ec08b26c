#include "chain/wallets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"

namespace underround::chain {
namespace {

// Init code of a clone, put together from literals and addresses.
class Code {
 public:
  Code& hex(std::string_view digits) {
    Bytes bytes(digits.size() / 2);
    UR_CHECK(crypto::decode_hex(digits, bytes));
    return add(bytes);
  }
  Code& add(ByteSpan bytes) { return bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()), *this; }
  [[nodiscard]] Digest hash() const { return crypto::keccak256(bytes_); }

 private:
  Bytes bytes_;
};

// Polymarket's proxy factory: a minimal proxy with a constructor call behind it.
Digest proxy_init_code_hash(const Contracts& c) {
  return Code()
      .hex("3d3d606380380380913d393d73")
      .add(c.proxy_factory)
      .hex("5af4602a57600080fd5b602d8060366000396000f3363d3d373d3d3d363d73")
      .add(c.proxy_implementation)
      .hex("5af43d82803e903d91602b57fd5bf3")
      .hex("52e831dd")
      .add(AbiEncoder().bytes({}).encode())
      .hash();
}

constexpr std::string_view kSafeInitCodeHash = "2bce2127ff07fb632d16c8347c4ebf501f4841168bed00d9e6ef715ddb6fcecf";

// Solady LibClone.initCodeHashERC1967: the two bytes after 0x61 are the length of code and arguments together.
Digest uups_init_code_hash(const Address& implementation, ByteSpan arguments) {
  return Code()
      .hex(fmt::format("61{:04x}3d8160233d3973", 0x003d + arguments.size()))
      .add(implementation)
      .hex("6009")
      .hex("5155f3363d3d373d3d363d7f360894a13ba1a3210667c828492db98dca3e2076")
      .hex("cc3735a920a3ca505d382bbc545af43d6000803e6038573d6000fd5b3d6000f3")
      .add(arguments)
      .hash();
}

// Solady LibClone.initCodeHashERC1967BeaconProxy.
Digest beacon_init_code_hash(const Address& beacon, ByteSpan arguments) {
  return Code()
      .hex(fmt::format("61{:04x}3d8160233d3973", 0x0052 + arguments.size()))
      .add(beacon)
      .hex("60195155f3363d3d373d3d363d602036600436635c60da")
      .hex("1b60e01b36527fa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6c")
      .hex("b3582b35133d50545afa5036515af43d6000803e604d573d6000fd5b3d6000f3")
      .add(arguments)
      .hash();
}

std::unexpected<Error> unsupported(AccountType type, const Contracts& contracts) {
  return fail(ErrorCode::kUnsupported,
              fmt::format("chain {} has no known factory for {} wallets", contracts.chain_id, to_string(type)));
}

// The factory salts with its own address and the owner as a 32-byte wallet id.
Bytes deposit_wallet_arguments(const Address& owner, const Contracts& contracts) {
  return AbiEncoder().address(contracts.deposit_wallet_factory).address(owner).encode();
}

}  // namespace

const char* to_string(AccountType type) noexcept {
  switch (type) {
    case AccountType::kEoa: return "EOA";
    case AccountType::kProxy: return "proxy";
    case AccountType::kSafe: return "Safe";
    case AccountType::kDepositWallet: return "deposit";
  }
  return "unknown";
}

Address create2_address(const Address& factory, const Digest& salt, const Digest& init_code_hash) {
  const Digest hash = Code().hex("ff").add(factory).add(salt).add(init_code_hash).hash();
  Address address;
  std::copy(hash.begin() + 12, hash.end(), address.begin());
  return address;
}

Result<Address> legacy_deposit_wallet(const Address& owner, const Contracts& c) {
  if (!known(c.deposit_wallet_factory) || !known(c.deposit_wallet_implementation)) {
    return unsupported(AccountType::kDepositWallet, c);
  }
  const Bytes arguments = deposit_wallet_arguments(owner, c);
  return create2_address(c.deposit_wallet_factory, crypto::keccak256(arguments),
                         uups_init_code_hash(c.deposit_wallet_implementation, arguments));
}

Result<Address> wallet_of(AccountType type, const Address& owner, const Contracts& c) {
  switch (type) {
    case AccountType::kEoa: return owner;
    case AccountType::kProxy:
      if (!known(c.proxy_factory) || !known(c.proxy_implementation)) return unsupported(type, c);
      return create2_address(c.proxy_factory, crypto::keccak256(owner), proxy_init_code_hash(c));
    case AccountType::kSafe:
      if (!known(c.safe_factory)) return unsupported(type, c);
      {
        Digest code_hash;
        UR_CHECK(crypto::decode_hex(kSafeInitCodeHash, code_hash));
        return create2_address(c.safe_factory, crypto::keccak256(address_word(owner).bytes), code_hash);
      }
    case AccountType::kDepositWallet: {
      if (!known(c.deposit_wallet_factory) || !known(c.deposit_wallet_beacon)) return unsupported(type, c);
      const Bytes arguments = deposit_wallet_arguments(owner, c);
      return create2_address(c.deposit_wallet_factory, crypto::keccak256(arguments),
                             beacon_init_code_hash(c.deposit_wallet_beacon, arguments));
    }
  }
  return unsupported(type, c);
}

bool owns(const Address& owner, AccountType type, const Address& wallet, const Contracts& contracts) {
  const auto derived = wallet_of(type, owner, contracts);
  if (derived && *derived == wallet) return true;
  if (type != AccountType::kDepositWallet) return false;
  const auto legacy = legacy_deposit_wallet(owner, contracts);
  return legacy && *legacy == wallet;
}

}  // namespace underround::chain
