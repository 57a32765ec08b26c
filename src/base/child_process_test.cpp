#include "base/child_process.hpp"

#include <gtest/gtest.h>

namespace underround {
namespace {

TEST(ChildProcess, GivesTheLineItWaitedFor) {
  ChildProcess child;
  const auto line = child.start({"/bin/sh", "-c", "echo one; echo port 7 is open; yes"}, "port ");
  EXPECT_EQ(line, "port 7 is open");
}

TEST(ChildProcess, NothingFromAProgramThatEndsOrIsNotThere) {
  ChildProcess silent;
  EXPECT_EQ(silent.start({"/bin/sh", "-c", "echo other"}, "port "), std::nullopt);
  ChildProcess missing;
  EXPECT_EQ(missing.start({"/no/such/program"}, "port "), std::nullopt);
}

}  // namespace
}  // namespace underround
