#include "chain/position_ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstring>

#include "base/check.hpp"
#include "chain/wei.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"

namespace underround::chain {
namespace {

using Wide = boost::multiprecision::uint512_t;  // products modulo P

// The field of alt_bn128, on which the Gnosis contracts place collections: y^2 = x^3 + 3.
const Wide kFieldPrime("21888242871839275222246405745257275088696311157297823662689037894645226208583");

template <std::size_t N>
void put(std::array<std::uint8_t, N>& buffer, std::size_t at, std::span<const std::uint8_t> bytes) {
  std::memcpy(buffer.data() + at, bytes.data(), bytes.size());
}

// Bits 40..103 of a v2 id, counted from the least significant (protocol page 4): bytes 19..26 of the word.
constexpr std::size_t kReservedFrom = 19, kReservedTo = 27;

std::unexpected<Error> bad(std::string_view what, std::string_view why) {
  return fail(ErrorCode::kInvalidInput, fmt::format("{}: {}", what, why));
}

}  // namespace

Digest condition_id_v1(const Address& oracle, const Digest& question_id, std::uint64_t outcomes) {
  std::array<std::uint8_t, 84> packed{};
  put(packed, 0, oracle);
  put(packed, 20, question_id);
  put(packed, 52, U256(outcomes).bytes);
  return crypto::keccak256(packed);
}

Digest collection_id(const Digest& condition_id, const U256& index_set) {
  std::array<std::uint8_t, 64> packed{};
  put(packed, 0, condition_id);
  put(packed, 32, index_set.bytes);
  const Digest seed = crypto::keccak256(packed);
  const bool odd = (seed[0] & 0x80) != 0;
  Wide x;
  boost::multiprecision::import_bits(x, seed.begin(), seed.end());
  // CTHelpers walks to the next x with a point on the curve. P = 3 mod 4, so a root is yy^((P + 1) / 4).
  const Wide exponent = (kFieldPrime + 1) / 4;
  Wide y;
  for (;;) {
    x = (x + 1) % kFieldPrime;
    const Wide yy = (x * x % kFieldPrime * x + 3) % kFieldPrime;
    y = boost::multiprecision::powm(yy, exponent, kFieldPrime);
    if (y * y % kFieldPrime == yy) break;
  }
  if ((y & 1) != (odd ? 1 : 0)) y = kFieldPrime - y;
  if ((y & 1) == 1) boost::multiprecision::bit_flip(x, 254);
  return to_word(Wei(x)).bytes;
}

U256 position_id(const Address& collateral, const Digest& collection_id) {
  std::array<std::uint8_t, 52> packed{};
  put(packed, 0, collateral);
  put(packed, 20, collection_id);
  U256 id;
  id.bytes = crypto::keccak256(packed);
  return id;
}

U256 position_id_v1(const Address& collateral, const Digest& condition_id, unsigned outcome) {
  UR_CHECK(outcome < 2);
  return position_id(collateral, collection_id(condition_id, U256(1U << outcome)));
}

Result<U256> neg_risk_index_set(const Digest& market_id, std::span<const Digest> question_ids) {
  if (market_id.back() != 0) return bad("neg-risk market id", "the last byte must be zero");
  U256 set;
  for (const Digest& question : question_ids) {
    if (!std::equal(question.begin(), question.end() - 1, market_id.begin())) {
      return bad("question id " + crypto::hex_0x(question), "not a question of this neg-risk market");
    }
    const unsigned index = question.back();
    std::uint8_t& byte = set.bytes[31 - index / 8];
    const auto bit = static_cast<std::uint8_t>(1U << index % 8);
    if ((byte & bit) != 0) return bad("question id " + crypto::hex_0x(question), "named twice");
    byte |= bit;
  }
  return set;
}

Result<ConditionV2> parse_condition_v2(std::string_view text) {
  Digest padded{};
  const std::string_view digits = text.starts_with("0x") ? text.substr(2) : std::string_view{};
  const bool read = digits.size() == 64 ? crypto::decode_hex(digits, padded)
                                        : crypto::decode_hex(digits, std::span(padded).first(padded.size() - 1));
  if (!read) return bad("v2 condition id", "0x and 62 or 64 hex digits expected");
  if (padded.back() != 0) return bad("v2 condition id", "the last byte of the padded form must be zero");
  U256 id;
  id.bytes = padded;
  const auto position = parse_position_v2(id);
  if (!position) return bad("v2 condition id", position.error().message);
  return position->condition;
}

U256 position_id_v2(const ConditionV2& condition, unsigned outcome) {
  UR_CHECK(outcome < 2);
  U256 id;
  std::memcpy(id.bytes.data(), condition.data(), condition.size());
  id.bytes.back() = static_cast<std::uint8_t>(outcome);
  return id;
}

Result<PositionV2> parse_position_v2(const U256& id) {
  constexpr std::string_view kWhat = "v2 position id";
  const std::uint8_t module = id.bytes.front();
  if (module < 1 || module > 3) return bad(kWhat, "unknown module byte (a v1 token id?)");
  if (std::any_of(id.bytes.begin() + kReservedFrom, id.bytes.begin() + kReservedTo, [](auto b) { return b != 0; })) {
    return bad(kWhat, "the reserved bits 40..103 are not zero (a v1 token id?)");
  }
  if (id.bytes.back() > 1) return bad(kWhat, "the outcome byte is neither 0 nor 1");
  PositionV2 position{.outcome = id.bytes.back(), .module = static_cast<ModuleV2>(module)};
  std::memcpy(position.condition.data(), id.bytes.data(), position.condition.size());
  return position;
}

}  // namespace underround::chain
