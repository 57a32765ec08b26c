// Calldata: the part of the contract ABI this program needs. Encoding of words, bytes, arrays of words and arrays of
// dynamic tuples; decoding of words, byte strings and arrays out of what a node returned.
//   AbiEncoder args;  args.address(pusd).number(amount).words(partition);
//   Bytes data = args.call(selector("splitPosition(address,uint256,uint256[])"));
//   AbiReader reader(returned);   reader.word(0)   reader.words(1)
// The reader never trusts a length or offset it reads. Cold path: everything allocates.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "crypto/address.hpp"
#include "crypto/u256.hpp"

namespace underround::chain {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;
using Selector = std::array<std::uint8_t, 4>;
using crypto::Address;
using crypto::U256;

// First four bytes of keccak256("name(type,type)").
[[nodiscard]] Selector selector(std::string_view signature);

[[nodiscard]] inline U256 word_of(const Digest& bytes) {
  U256 word;
  word.bytes = bytes;
  return word;
}
[[nodiscard]] U256 address_word(const Address& address);
[[nodiscard]] U256 max_word();

// Argument by argument; the whole is one ABI tuple.
class AbiEncoder {
 public:
  AbiEncoder& word(const Digest& value) { return head(word_of(value)); }
  AbiEncoder& number(const U256& value) { return head(value); }
  AbiEncoder& number(std::uint64_t value) { return head(U256(value)); }
  AbiEncoder& address(const Address& value) { return head(address_word(value)); }
  AbiEncoder& boolean(bool value) { return number(value ? 1 : 0); }
  AbiEncoder& bytes(ByteSpan value);                            // bytes, string
  AbiEncoder& words(std::span<const U256> values);              // uint256[], bytes32[], address[] as words
  AbiEncoder& tuple(const AbiEncoder& fields);                  // a tuple with a dynamic member
  AbiEncoder& tuples(const std::vector<AbiEncoder>& elements);  // an array of such tuples

  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] Bytes call(const Selector& selector) const;

 private:
  struct Slot {
    U256 word;   // the value, when static
    Bytes tail;  // the encoding, when dynamic
    bool dynamic = false;
  };
  AbiEncoder& head(const U256& value);
  AbiEncoder& dynamic(Bytes tail);
  std::vector<Slot> slots_;
};

// Views `data`, which must outlive it. Slot numbers count the words of the head.
class AbiReader {
 public:
  explicit AbiReader(ByteSpan data) : data_(data) {}
  [[nodiscard]] Result<U256> word(std::size_t slot) const;
  [[nodiscard]] Result<std::uint64_t> number(std::size_t slot) const;  // refuses what does not fit
  [[nodiscard]] Result<Address> address(std::size_t slot) const;       // refuses dirty upper bytes
  [[nodiscard]] Result<bool> boolean(std::size_t slot) const;
  [[nodiscard]] Result<std::vector<U256>> words(std::size_t slot) const;
  [[nodiscard]] Result<Bytes> bytes(std::size_t slot) const;

 private:
  // Offset of the element count of the dynamic value at `slot`, and that count.
  struct Place {
    std::size_t start, count;
  };
  [[nodiscard]] Result<Place> dynamic(std::size_t slot, std::size_t element_bytes) const;
  ByteSpan data_;
};

// What a contract says when it reverts: Error(string), Panic(uint256), or "custom error 0x...". Never empty, printable.
[[nodiscard]] std::string revert_reason(ByteSpan data);

// "0x..." of any even length to bytes.
[[nodiscard]] Result<Bytes> parse_bytes(std::string_view hex);

}  // namespace underround::chain
