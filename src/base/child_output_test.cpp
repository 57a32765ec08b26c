#include "base/child_output.hpp"

#include <gtest/gtest.h>

#include <string>

namespace underround {
namespace {

std::string all_of(ChildOutput& child) {
  std::string text;
  char buffer[64];
  while (const std::size_t n = child.read(buffer, sizeof buffer)) text.append(buffer, n);
  return text;
}

TEST(ChildOutput, GivesEverythingAndThenTheStatus) {
  ChildOutput child;
  ASSERT_TRUE(child.start({"sh", "-c", "for i in 1 2 3; do echo line $i; done; exit 7"}));
  EXPECT_EQ(all_of(child), "line 1\nline 2\nline 3\n");
  EXPECT_EQ(child.finish(), 7);
}

TEST(ChildOutput, AProgramThatIsNotThereOrIsKilled) {
  ChildOutput missing;
  EXPECT_FALSE(missing.start({"no-such-program-anywhere"}));
  EXPECT_EQ(all_of(missing), "");
  EXPECT_EQ(missing.finish(), -1);
  ChildOutput killed;
  ASSERT_TRUE(killed.start({"sh", "-c", "kill -9 $$"}));
  EXPECT_EQ(all_of(killed), "");
  EXPECT_EQ(killed.finish(), -1);
}

TEST(ChildOutput, OneThatNobodyReadsToItsEndIsEnded) {
  ChildOutput endless;
  ASSERT_TRUE(endless.start({"yes"}));
  char byte = 0;
  EXPECT_EQ(endless.read(&byte, 1), 1U);
}

}  // namespace
}  // namespace underround
