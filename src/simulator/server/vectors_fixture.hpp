// For tests: values made by the venue's official clients, read with this room's own JSON.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "base/test_paths.hpp"
#include "simulator/server/json_value.hpp"

namespace underround::simulator {

inline JsonValue read_vectors(const std::string& room) {
  std::ifstream file(source_folder() + "/src/" + room + "/testdata/vectors.json");
  std::stringstream text;
  text << file.rdbuf();
  JsonValue root = parse_json(text.str()).value_or(JsonValue{});
  EXPECT_TRUE(root.is(JsonValue::Kind::kObject)) << room;
  return root;
}

// Orders, headers, wallets.
inline const JsonValue& official_vectors() {
  static const JsonValue root = read_vectors("crypto");
  return root;
}
// Relayer requests, transactions.
inline const JsonValue& official_chain_vectors() {
  static const JsonValue root = read_vectors("chain");
  return root;
}

}  // namespace underround::simulator
