// testdata/vectors.json, and the public test key it was made with. Tests only.
#pragma once

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

#include "base/test_paths.hpp"
#include "chain/abi.hpp"
#include "crypto/encoding.hpp"
#include "crypto/secp256k1.hpp"

namespace underround::chain {

inline constexpr char kTestKey[] = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
using Json = simdjson::dom::element;

inline std::string str(Json value) { return std::string(std::string_view(value)); }
inline std::string str(simdjson::simdjson_result<Json> value) { return std::string(std::string_view(value)); }
inline Address addr(std::string_view text) { return crypto::parse_address(text).value(); }
inline Digest digest(std::string_view text) {
  Digest out;
  EXPECT_TRUE(crypto::decode_hex(text, out)) << text;
  return out;
}
inline std::string hex(ByteSpan bytes) { return crypto::hex_0x(bytes); }

class Vectors : public ::testing::Test {
 protected:
  void SetUp() override { root_ = parser_.load(source_folder() + "/src/chain/testdata/vectors.json"); }
  crypto::SecretKey key_ = crypto::SecretKey::from_hex(kTestKey).value();
  simdjson::dom::parser parser_;
  Json root_;
};

}  // namespace underround::chain
