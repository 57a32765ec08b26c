#include "crypto/eip712.hpp"

namespace underround::crypto {

Digest domain_separator(std::string_view name, std::string_view version, std::uint64_t chain_id,
                        const std::optional<Address>& verifying_contract) noexcept {
  Words<5> words;
  words.add(keccak256(verifying_contract
                          ? "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                          : "EIP712Domain(string name,string version,uint256 chainId)"));
  words.add(keccak256(name));
  words.add(keccak256(version));
  words.add(chain_id);
  if (verifying_contract) words.add(*verifying_contract);
  return words.hash();
}

Digest typed_digest(const Digest& separator, const Digest& struct_hash) noexcept {
  std::array<std::uint8_t, 66> bytes{0x19, 0x01};
  std::memcpy(bytes.data() + 2, separator.data(), 32);
  std::memcpy(bytes.data() + 34, struct_hash.data(), 32);
  return keccak256(bytes);
}

}  // namespace underround::crypto
