#include "app/env.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>

namespace underround::config {
namespace {

std::string one(std::string_view text) {
  const EnvFile file = parse_env(text);
  EXPECT_TRUE(file.errors.empty()) << text;
  EXPECT_EQ(file.entries.size(), 1U) << text;
  return file.entries.empty() ? "" : file.entries[0].name + "=" + file.entries[0].value;
}

TEST(Env, ReadsTheUsualForms) {
  EXPECT_EQ(one("A=1"), "A=1");
  EXPECT_EQ(one("  A = 1  \r\n"), "A=1");
  EXPECT_EQ(one("export A_b2=x y"), "A_b2=x y");
  EXPECT_EQ(one("A="), "A=");
  EXPECT_EQ(one("A=1 # why"), "A=1");
  EXPECT_EQ(one("A=1#2"), "A=1#2");
  EXPECT_EQ(one("A=b=c=="), "A=b=c==");
  EXPECT_EQ(one("A='x # \\n'"), "A=x # \\n");
  EXPECT_EQ(one("A=\"x # \\\"q\\\" \\n\\\\\" # why"), "A=x # \"q\" \n\\");
  EXPECT_EQ(one("\xef\xbb\xbf"
                "A=1"),
            "A=1");
}

TEST(Env, SkipsBlankLinesAndCommentsAndCountsLines) {
  const EnvFile file = parse_env("\n# A=0\n\n   \nA=1\nB=2");
  ASSERT_EQ(file.entries.size(), 2U);
  EXPECT_EQ(file.entries[0].line, 5);
  EXPECT_EQ(file.entries[1].line, 6);
}

TEST(Env, ErrorsNameTheLineAndNeverTheValue) {
  const EnvFile file = parse_env("A=1\nsecretword\n2B=secretword\nC=\"secretword\nD='secretword' more\n");
  ASSERT_EQ(file.errors.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(file.errors[i].line, static_cast<std::int64_t>(i) + 2);
    EXPECT_EQ(file.errors[i].what.find("secretword"), std::string::npos);
  }
  EXPECT_EQ(file.entries.size(), 1U);
}

TEST(Env, AnyTextParses) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    for (const EnvEntry& entry : parse_env(text).entries) RC_ASSERT(!entry.name.empty());
  }));
}

TEST(Env, OwnEnvironmentTakesOnlyOurNames) {
  ::setenv("UNDERROUND_TEST_ONLY", "a=b", 1);
  const auto variables = own_environment();
  ::unsetenv("UNDERROUND_TEST_ONLY");
  EXPECT_EQ(variables.at("UNDERROUND_TEST_ONLY"), "a=b");
  EXPECT_FALSE(variables.contains("PATH"));
}

TEST(Env, FoldersAreNotFiles) { EXPECT_FALSE(read_env_file(::testing::TempDir())); }

}  // namespace
}  // namespace underround::config
