// For tests: values made by the venue's official clients (crypto/testdata), read with this room's own JSON.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "simulator/server/json_value.hpp"

namespace underround::simulator {

inline const JsonValue& official_vectors() {
  static const JsonValue root = [] {
    std::ifstream file(UNDERROUND_SOURCE_DIR "/src/crypto/testdata/vectors.json");
    std::stringstream text;
    text << file.rdbuf();
    return parse_json(text.str()).value_or(JsonValue{});
  }();
  EXPECT_TRUE(root.is(JsonValue::Kind::kObject));
  return root;
}

}  // namespace underround::simulator
