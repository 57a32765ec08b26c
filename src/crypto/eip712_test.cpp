#include "crypto/eip712.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

#include "base/test_paths.hpp"
#include "crypto/encoding.hpp"

namespace underround::crypto {
namespace {

using simdjson::dom::element;

std::string str(simdjson::simdjson_result<element> value) { return std::string(std::string_view(value)); }

class Eip712Vectors : public ::testing::Test {
 protected:
  void SetUp() override { root_ = parser_.load(source_folder() + "/src/crypto/testdata/vectors.json"); }
  simdjson::dom::parser parser_;
  element root_;
};

TEST_F(Eip712Vectors, KeccakOfEveryTypeString) {
  int checked = 0;
  for (const auto field : simdjson::dom::object(root_["type_hashes"])) {
    if (!field.value.is_object() || str(field.value["type"]).empty()) continue;
    EXPECT_EQ(hex_0x(keccak256(str(field.value["type"]))), str(field.value["hash"])) << field.key;
    ++checked;
  }
  EXPECT_EQ(checked, 6);
  EXPECT_EQ(hex(keccak256("")), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
}

TEST_F(Eip712Vectors, DomainSeparators) {
  int checked = 0;
  for (const auto field : simdjson::dom::object(root_["domain_separators"])) {
    const element domain = field.value["domain"];
    std::optional<Address> contract;
    std::string_view text;
    if (domain["verifyingContract"].get(text) == simdjson::SUCCESS) contract = parse_address(text);
    EXPECT_EQ(hex_0x(domain_separator(str(domain["name"]), str(domain["version"]), std::uint64_t(domain["chainId"]),
                                      contract)),
              str(field.value["separator"]))
        << field.key;
    ++checked;
  }
  EXPECT_EQ(checked, 12);
}

}  // namespace
}  // namespace underround::crypto
