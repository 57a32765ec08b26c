#include "simulator/chain/calldata.hpp"

#include <algorithm>

#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"

namespace underround::simulator {
namespace {

constexpr std::size_t kWord = 32;

std::optional<std::uint64_t> to_number(const U256& word) noexcept {
  if (std::any_of(word.bytes.begin(), word.bytes.begin() + 24, [](std::uint8_t b) { return b != 0; })) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 24; i < kWord; ++i) value = value << 8 | word.bytes[i];
  return value;
}

std::optional<U256> word_at(ByteView data, std::size_t at) noexcept {
  if (at > data.size() || data.size() - at < kWord) return std::nullopt;
  U256 out;
  std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(at), kWord, out.bytes.begin());
  return out;
}

}  // namespace

std::uint32_t selector(std::string_view signature) {
  const Digest hash = crypto::keccak256(signature);
  return static_cast<std::uint32_t>(hash[0]) << 24 | static_cast<std::uint32_t>(hash[1]) << 16 |
         static_cast<std::uint32_t>(hash[2]) << 8 | hash[3];
}

std::optional<std::uint32_t> CallReader::selector() const noexcept {
  if (data_.size() < 4) return std::nullopt;
  return static_cast<std::uint32_t>(data_[0]) << 24 | static_cast<std::uint32_t>(data_[1]) << 16 |
         static_cast<std::uint32_t>(data_[2]) << 8 | data_[3];
}

std::optional<U256> CallReader::word(std::size_t slot) const noexcept { return word_at(arguments(), slot * kWord); }

std::optional<Address> CallReader::address(std::size_t slot) const noexcept {
  const auto w = word(slot);
  if (!w || std::any_of(w->bytes.begin(), w->bytes.begin() + 12, [](std::uint8_t b) { return b != 0; })) {
    return std::nullopt;
  }
  Address out;
  std::copy(w->bytes.begin() + 12, w->bytes.end(), out.begin());
  return out;
}

std::optional<std::int64_t> CallReader::micros(std::size_t slot) const noexcept {
  const auto w = word(slot);
  return w ? to_micros(*w) : std::nullopt;
}

std::optional<std::vector<U256>> CallReader::words(std::size_t slot) const {
  const ByteView all = arguments();
  const auto start = to_offset(all, slot * kWord, all.size());
  if (!start) return std::nullopt;
  const auto count = to_offset(all, *start, (all.size() - *start) / kWord);
  if (!count) return std::nullopt;
  std::vector<U256> out;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto w = word_at(all, *start + kWord * (i + 1));
    if (!w) return std::nullopt;
    out.push_back(*w);
  }
  return out;
}

std::optional<ByteView> CallReader::bytes(std::size_t slot) const noexcept {
  const ByteView all = arguments();
  const auto start = to_offset(all, slot * kWord, all.size());
  if (!start) return std::nullopt;
  const auto length = to_offset(all, *start, all.size());
  if (!length || all.size() - *start < kWord || all.size() - *start - kWord < *length) return std::nullopt;
  return all.subspan(*start + kWord, *length);
}

CallWriter::CallWriter(std::string_view signature) : selector_(simulator::selector(signature)) {}

CallWriter& CallWriter::word(const U256& value) {
  slots_.push_back({value, {}, false});
  return *this;
}

CallWriter& CallWriter::address(const Address& value) {
  U256 w;
  std::copy(value.begin(), value.end(), w.bytes.begin() + 12);
  return word(w);
}

CallWriter& CallWriter::words(std::span<const U256> values) {
  Bytes tail = word_bytes(U256(values.size()));
  for (const U256& value : values) tail.insert(tail.end(), value.bytes.begin(), value.bytes.end());
  slots_.push_back({{}, std::move(tail), true});
  return *this;
}

CallWriter& CallWriter::bytes(ByteView value) {
  Bytes tail(kWord + (value.size() + kWord - 1) / kWord * kWord);
  std::ranges::copy(U256(value.size()).bytes, tail.begin());
  std::ranges::copy(value, tail.begin() + kWord);
  slots_.push_back({{}, std::move(tail), true});
  return *this;
}

Bytes CallWriter::data() const {
  Bytes out, tails;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(selector_ >> shift));
  for (const Slot& slot : slots_) {
    const U256 head = slot.dynamic ? U256(slots_.size() * kWord + tails.size()) : slot.word;
    out.insert(out.end(), head.bytes.begin(), head.bytes.end());
    tails.insert(tails.end(), slot.tail.begin(), slot.tail.end());
  }
  out.insert(out.end(), tails.begin(), tails.end());
  return out;
}

std::optional<Address> address_of(std::string_view text) noexcept {
  Address out{};
  if (text.size() != 42 || !text.starts_with("0x") || !crypto::decode_hex(text, out)) return std::nullopt;
  return out;
}

std::optional<Bytes> bytes_of(std::string_view text) {
  if (!text.starts_with("0x") || text.size() % 2 != 0) return std::nullopt;
  Bytes out(text.size() / 2 - 1);
  if (!crypto::decode_hex(text, out)) return std::nullopt;
  return out;
}

std::optional<std::int64_t> to_micros(const U256& word) noexcept {
  const auto value = to_number(word);
  if (!value || *value > std::uint64_t{1} << 52) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<std::size_t> to_offset(ByteView data, std::size_t at, std::size_t size) noexcept {
  const auto word = word_at(data, at);
  const auto value = word ? to_number(*word) : std::nullopt;
  return value && *value <= size ? value : std::nullopt;
}

Bytes word_bytes(const U256& word) { return {word.bytes.begin(), word.bytes.end()}; }

Bytes string_bytes(std::string_view text) {
  Bytes out = word_bytes(U256(kWord));
  const Bytes length = word_bytes(U256(text.size()));
  out.insert(out.end(), length.begin(), length.end());
  out.insert(out.end(), text.begin(), text.end());
  out.resize((out.size() + kWord - 1) / kWord * kWord);
  return out;
}

Bytes error_bytes(std::string_view reason) {
  Bytes out{0x08, 0xc3, 0x79, 0xa0};  // Error(string)
  const Bytes text = string_bytes(reason);
  out.insert(out.end(), text.begin(), text.end());
  return out;
}

}  // namespace underround::simulator
