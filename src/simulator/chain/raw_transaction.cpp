#include "simulator/chain/raw_transaction.hpp"

#include <algorithm>

#include "crypto/keccak.hpp"
#include "crypto/secp256k1.hpp"

namespace underround::simulator {
namespace {

constexpr std::size_t kFields = 12, kSignedFields = 9;
constexpr std::uint8_t kType = 2;

std::unexpected<Error> bad(const char* words) { return fail(ErrorCode::kInvalidInput, words); }

struct Item {
  bool list = false;
  ByteView content;
};

// Takes the first RLP item off `data`.
std::optional<Item> take(ByteView& data) {
  if (data.empty()) return std::nullopt;
  const std::uint8_t first = data[0];
  const bool list = first >= 0xc0;
  if (first < 0x80) {
    const Item one{false, data.first(1)};
    data = data.subspan(1);
    return one;
  }
  std::size_t length = first - (list ? 0xc0U : 0x80U), head = 1;
  if (length > 55) {
    const std::size_t digits = length - 55;
    if (data.size() < 1 + digits || digits > 4 || data[1] == 0) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < digits; ++i) length = length << 8 | data[1 + i];
    if (length <= 55) return std::nullopt;
    head += digits;
  }
  if (data.size() - head < length) return std::nullopt;
  const Item item{list, data.subspan(head, length)};
  if (!list && length == 1 && item.content[0] < 0x80) return std::nullopt;  // has a shorter form
  data = data.subspan(head + length);
  return item;
}

template <class T>
bool number(const Item& item, T& out) {
  if (item.list || item.content.size() > sizeof(T) || (!item.content.empty() && item.content[0] == 0)) return false;
  out = 0;
  for (const std::uint8_t byte : item.content) out = static_cast<T>((out << 8) | byte);
  return true;
}

// Left-padded to 32 bytes.
bool scalar(const Item& item, std::uint8_t* out) {
  if (item.list || item.content.size() > 32 || (!item.content.empty() && item.content[0] == 0)) return false;
  std::fill_n(out, 32, std::uint8_t{0});
  std::ranges::copy(item.content, out + (32 - item.content.size()));
  return true;
}

// What was signed: the type, and a list of the first nine fields exactly as they stand.
Digest signing_hash(ByteView signed_fields) {
  Bytes out{kType};
  if (signed_fields.size() <= 55) {
    out.push_back(static_cast<std::uint8_t>(0xc0 + signed_fields.size()));
  } else {
    Bytes digits;
    for (std::size_t n = signed_fields.size(); n != 0; n >>= 8)
      digits.insert(digits.begin(), static_cast<std::uint8_t>(n));
    out.push_back(static_cast<std::uint8_t>(0xf7 + digits.size()));
    out.insert(out.end(), digits.begin(), digits.end());
  }
  out.insert(out.end(), signed_fields.begin(), signed_fields.end());
  return crypto::keccak256(out);
}

}  // namespace

Result<RawTransaction> parse_raw_transaction(ByteView raw) {
  if (raw.empty() || raw[0] != kType) return bad("transaction type not supported");
  ByteView rest = raw.subspan(1);
  const auto whole = take(rest);
  if (!whole || !whole->list || !rest.empty()) return bad("rlp: not one list");
  ByteView fields = whole->content;
  std::array<Item, kFields> items;
  ByteView signed_fields;
  for (std::size_t i = 0; i < kFields; ++i) {
    const auto item = take(fields);
    if (!item) return bad("rlp: too few elements");
    items[i] = *item;
    if (i + 1 == kSignedFields) signed_fields = whole->content.first(whole->content.size() - fields.size());
  }
  RawTransaction t;
  std::uint8_t parity = 0;
  crypto::Signature signature;
  const Item &to = items[5], &data = items[7], &access = items[8];
  if (!fields.empty() || !number(items[0], t.chain_id) || !number(items[1], t.nonce) ||
      !number(items[2], t.priority_fee_wei) || !number(items[3], t.max_fee_wei) || !number(items[4], t.gas_limit) ||
      to.list || (!to.content.empty() && to.content.size() != 20) || !number(items[6], t.value_wei) || data.list ||
      !access.list || !number(items[9], parity) || parity > 1 || !scalar(items[10], signature.data()) ||
      !scalar(items[11], signature.data() + 32)) {
    return bad("rlp: a field is not what it should be");
  }
  constexpr UInt128 kMostFee = UInt128{1} << 64, kMostValue = UInt128{1} << 100;  // what arithmetic here stands
  if (t.max_fee_wei > kMostFee || t.priority_fee_wei > kMostFee || t.value_wei > kMostValue) {
    return bad("fee or value out of all proportion");
  }
  if (!access.content.empty()) return bad("access lists are not supported here");
  if (!to.content.empty()) std::ranges::copy(to.content, t.to.emplace().begin());
  t.data.assign(data.content.begin(), data.content.end());
  signature[64] = static_cast<std::uint8_t>(27 + parity);
  const auto from = crypto::recover(signing_hash(signed_fields), signature);
  if (!from) return bad("invalid sender");
  t.from = *from;
  t.hash = crypto::keccak256(raw);
  return t;
}

}  // namespace underround::simulator
