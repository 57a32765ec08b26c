#include "chain/rlp.hpp"

#include <algorithm>

namespace underround::chain {
namespace {

constexpr std::uint8_t kShortString = 0x80, kShortList = 0xc0;
constexpr std::size_t kMaxShort = 55;

ByteSpan without_leading_zeros(ByteSpan bytes) {
  const auto first = std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b != 0; });
  return bytes.subspan(static_cast<std::size_t>(first - bytes.begin()));
}

void append(Bytes& out, ByteSpan bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void append_head(Bytes& out, std::uint8_t base, std::size_t size) {
  if (size <= kMaxShort) return out.push_back(static_cast<std::uint8_t>(base + size));
  const U256 word(size);
  const ByteSpan digits = without_leading_zeros(word.bytes);
  out.push_back(static_cast<std::uint8_t>(base + kMaxShort + digits.size()));
  append(out, digits);
}

}  // namespace

RlpList& RlpList::bytes(ByteSpan value) {
  if (value.size() != 1 || value[0] >= kShortString) append_head(payload_, kShortString, value.size());
  append(payload_, value);
  return *this;
}

RlpList& RlpList::number(const Wei& value) {
  const U256 word = to_word(value);
  return bytes(without_leading_zeros(word.bytes));
}

RlpList& RlpList::list(const RlpList& value) {
  append(payload_, value.encode());
  return *this;
}

Bytes RlpList::encode() const {
  Bytes out;
  append_head(out, kShortList, payload_.size());
  append(out, payload_);
  return out;
}

}  // namespace underround::chain
