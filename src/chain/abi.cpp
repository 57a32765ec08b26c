#include "chain/abi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"

namespace underround::chain {
namespace {

constexpr std::size_t kWord = 32;

std::size_t padded(std::size_t size) { return (size + kWord - 1) / kWord * kWord; }

void append(Bytes& out, ByteSpan bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

std::unexpected<Error> malformed(std::string what) {
  return fail(ErrorCode::kInvalidInput, "contract answer: " + std::move(what));
}

}  // namespace

Selector selector(std::string_view signature) {
  const Digest hash = crypto::keccak256(signature);
  return {hash[0], hash[1], hash[2], hash[3]};
}

U256 address_word(const Address& address) {
  U256 word;
  std::memcpy(word.bytes.data() + 12, address.data(), address.size());
  return word;
}

U256 max_word() {
  U256 word;
  word.bytes.fill(0xff);
  return word;
}

AbiEncoder& AbiEncoder::head(const U256& value) { return slots_.push_back({.word = value, .tail = {}}), *this; }

AbiEncoder& AbiEncoder::dynamic(Bytes tail) {
  return slots_.push_back({.word = {}, .tail = std::move(tail), .dynamic = true}), *this;
}

AbiEncoder& AbiEncoder::bytes(ByteSpan value) {
  Bytes tail;
  append(tail, U256(value.size()).bytes);
  append(tail, value);
  tail.resize(kWord + padded(value.size()));
  return dynamic(std::move(tail));
}

AbiEncoder& AbiEncoder::words(std::span<const U256> values) {
  Bytes tail;
  append(tail, U256(values.size()).bytes);
  for (const U256& value : values) append(tail, value.bytes);
  return dynamic(std::move(tail));
}

AbiEncoder& AbiEncoder::tuple(const AbiEncoder& fields) { return dynamic(fields.encode()); }

AbiEncoder& AbiEncoder::tuples(const std::vector<AbiEncoder>& elements) {
  AbiEncoder list;
  for (const AbiEncoder& element : elements) list.tuple(element);
  Bytes tail;
  append(tail, U256(elements.size()).bytes);
  append(tail, list.encode());
  return dynamic(std::move(tail));
}

Bytes AbiEncoder::encode() const {
  Bytes out;
  std::size_t tail_at = slots_.size() * kWord;
  for (const Slot& slot : slots_) {
    append(out, slot.dynamic ? U256(tail_at).bytes : slot.word.bytes);
    tail_at += slot.tail.size();
  }
  for (const Slot& slot : slots_) append(out, slot.tail);
  return out;
}

Bytes AbiEncoder::call(const Selector& selector) const {
  Bytes out(selector.begin(), selector.end());
  append(out, encode());
  return out;
}

Result<U256> AbiReader::word(std::size_t slot) const {
  if (slot >= data_.size() / kWord) {
    return malformed(fmt::format("{} bytes, word {} expected", data_.size(), slot));
  }
  U256 value;
  std::memcpy(value.bytes.data(), data_.data() + slot * kWord, kWord);
  return value;
}

Result<std::uint64_t> AbiReader::number(std::size_t slot) const {
  const auto value = word(slot);
  if (!value) return std::unexpected(value.error());
  if (*value > U256(~std::uint64_t{0})) return malformed(fmt::format("word {} is larger than 64 bits", slot));
  std::uint64_t number = 0;
  for (std::size_t i = 24; i < kWord; ++i) number = number << 8 | value->bytes[i];
  return number;
}

Result<Address> AbiReader::address(std::size_t slot) const {
  const auto value = word(slot);
  if (!value) return std::unexpected(value.error());
  Address address;
  std::memcpy(address.data(), value->bytes.data() + 12, address.size());
  if (address_word(address) != *value) return malformed(fmt::format("word {} is not an address", slot));
  return address;
}

Result<bool> AbiReader::boolean(std::size_t slot) const {
  const auto value = word(slot);
  if (!value) return std::unexpected(value.error());
  if (*value > U256(1)) return malformed(fmt::format("word {} is not a boolean", slot));
  return *value == U256(1);
}

Result<AbiReader::Place> AbiReader::dynamic(std::size_t slot, std::size_t element_bytes) const {
  const auto offset = number(slot);
  if (!offset) return std::unexpected(offset.error());
  if (data_.size() < kWord || *offset > data_.size() - kWord) {
    return malformed(fmt::format("word {} points outside the {} bytes", slot, data_.size()));
  }
  const auto count = AbiReader(data_.subspan(*offset)).number(0);
  if (!count) return std::unexpected(count.error());
  const std::size_t room = data_.size() - *offset - kWord;
  if (*count > room / element_bytes) return malformed(fmt::format("word {}: {} elements do not fit", slot, *count));
  return Place{.start = *offset + kWord, .count = *count};
}

Result<std::vector<U256>> AbiReader::words(std::size_t slot) const {
  const auto place = dynamic(slot, kWord);
  if (!place) return std::unexpected(place.error());
  const AbiReader elements(data_.subspan(place->start));
  std::vector<U256> out;
  out.reserve(place->count);
  for (std::size_t i = 0; i < place->count; ++i) out.push_back(elements.word(i).value());
  return out;
}

Result<Bytes> AbiReader::bytes(std::size_t slot) const {
  const auto place = dynamic(slot, 1);
  if (!place) return std::unexpected(place.error());
  const ByteSpan content = data_.subspan(place->start, place->count);
  return Bytes(content.begin(), content.end());
}

std::string revert_reason(ByteSpan data) {
  constexpr std::size_t kMaxText = 200;
  if (data.size() < 4) return "no reason given";
  const Selector kind{data[0], data[1], data[2], data[3]};
  const AbiReader arguments(data.subspan(4));
  if (kind == selector("Error(string)")) {
    if (const auto text = arguments.bytes(0)) {
      std::string printable(text->begin(),
                            text->begin() + static_cast<std::ptrdiff_t>(std::min(text->size(), kMaxText)));
      for (char& c : printable) c = c >= ' ' && c <= '~' ? c : '?';
      return printable.empty() ? "no reason given" : printable;
    }
  }
  if (kind == selector("Panic(uint256)")) {
    if (const auto code = arguments.number(0)) return fmt::format("panic 0x{:02x}", *code);
  }
  return "custom error " + crypto::hex_0x(data.first(4));
}

Result<Bytes> parse_bytes(std::string_view hex) {
  Bytes out(hex.size() < 2 ? 0 : (hex.size() - 2) / 2);
  if (!hex.starts_with("0x") || hex.size() % 2 != 0 || !crypto::decode_hex(hex.substr(2), out)) {
    return fail(ErrorCode::kInvalidInput, "not 0x and an even number of hex digits");
  }
  return out;
}

}  // namespace underround::chain
