// Calldata of contract calls, read and answered: what the venue's contracts need of the ABI. Written for the simulator
// alone; the engine's chain/abi.hpp is the other end.
//   CallReader in(data);   if (in.selector() == selector("approve(address,uint256)")) in.address(0)
// A reader never trusts a length or an offset it reads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/units.hpp"
#include "crypto/address.hpp"
#include "crypto/u256.hpp"

namespace underround::simulator {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using crypto::Address;
using crypto::U256;

[[nodiscard]] std::uint32_t selector(std::string_view signature);  // first four bytes of its keccak256

class CallReader {
 public:
  // `data` with its selector; it must outlive the reader.
  explicit CallReader(ByteView data) : data_(data) {}
  [[nodiscard]] std::optional<std::uint32_t> selector() const noexcept;
  // Slots of 32 bytes, counted behind the selector.
  [[nodiscard]] std::optional<U256> word(std::size_t slot) const noexcept;
  [[nodiscard]] std::optional<Address> address(std::size_t slot) const noexcept;
  // A token amount of six decimals; nothing when it is over what the ledger counts in.
  [[nodiscard]] std::optional<std::int64_t> micros(std::size_t slot) const noexcept;
  [[nodiscard]] std::optional<std::vector<U256>> words(std::size_t slot) const;  // a dynamic array of them
  [[nodiscard]] std::optional<ByteView> bytes(std::size_t slot) const noexcept;  // a dynamic byte string
  // Everything behind the selector, as the arguments of a tuple at `slot`'s offset.
  [[nodiscard]] ByteView arguments() const noexcept { return data_.size() < 4 ? ByteView{} : data_.subspan(4); }

 private:
  ByteView data_;
};

// A call, argument by argument; arrays and byte strings go behind the words.
class CallWriter {
 public:
  explicit CallWriter(std::string_view signature);
  CallWriter& word(const U256& value);
  CallWriter& number(std::uint64_t value) { return word(U256(value)); }
  CallWriter& address(const Address& value);
  CallWriter& words(std::span<const U256> values);
  CallWriter& bytes(ByteView value);
  [[nodiscard]] Bytes data() const;

 private:
  struct Slot {
    U256 word;
    Bytes tail;
    bool dynamic = false;
  };
  std::uint32_t selector_;
  std::vector<Slot> slots_;
};

// 0x and 40 hex digits, whatever the checksum says; 0x and any even number of them.
[[nodiscard]] std::optional<Address> address_of(std::string_view text) noexcept;
[[nodiscard]] std::optional<Bytes> bytes_of(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> to_micros(const U256& word) noexcept;
// A word that is a length or an offset into `size` bytes.
[[nodiscard]] std::optional<std::size_t> to_offset(ByteView data, std::size_t at, std::size_t size) noexcept;
[[nodiscard]] Bytes word_bytes(const U256& word);
[[nodiscard]] Bytes error_bytes(std::string_view reason);  // Error(string), what a revert carries
[[nodiscard]] Bytes string_bytes(std::string_view text);   // abi.encode(string)

}  // namespace underround::simulator
