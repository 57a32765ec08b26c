#include "app/terminal.hpp"

#include <gtest/gtest.h>

namespace underround::terminal {
namespace {

TEST(Terminal, ProgressLineShowsShareAndCounts) {
  EXPECT_EQ(progress_line("replay", 1'200'000, 2'400'000, 80),
            "replay [############............]  50 %  1.2 M of 2.4 M");
  EXPECT_EQ(progress_line("replay", 0, 10, 80), "replay [........................]   0 %  0 of 10");
  EXPECT_EQ(progress_line("replay", 10, 10, 80), "replay [########################] 100 %  10 of 10");
}

TEST(Terminal, ProgressLineSurvivesOddNumbers) {
  EXPECT_EQ(progress_line("x", 30, 10, 80), "x [########################] 100 %  30 of 10");
  EXPECT_EQ(progress_line("x", 5'000, 0, 80), "x  5.0 k");
  EXPECT_EQ(progress_line("abcdef", 5, 10, 4), "abc");
  EXPECT_EQ(progress_line("abcdef", 5, 10, 0).size(), 1U);
}

}  // namespace
}  // namespace underround::terminal
