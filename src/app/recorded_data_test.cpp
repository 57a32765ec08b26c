#include "app/recorded_data.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "backtest/recording_fixture.hpp"

namespace underround {
namespace {

using ::testing::HasSubstr;

class RecordedDataTest : public backtest::RecordingFixture {
 protected:
  Result<RecordedData> open(const std::filesystem::path& path) {
    const std::vector<std::filesystem::path> paths{path};
    return RecordedData::open(paths);
  }
};

TEST_F(RecordedDataTest, ANativeRecordingIsReadWhereItIs) {
  markets();
  book(backtest::kStart, 0, 3000, 3200);
  close();
  const auto data = open(folders()[0]);
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->folders(), folders());
}

// Not "no file of a known kind": it is one, and what is wrong with it is said.
TEST_F(RecordedDataTest, ADamagedOneIsNamed) {
  markets();
  for (int i = 0; i < 50; ++i) book(backtest::kStart + Nanos::from_seconds(i), 0, 3000, 3200);
  close();
  const auto segment = folders()[0] / "00000001.segment";
  std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
  ASSERT_TRUE(file);
  file.seekp(3000);
  file.write("damage", 6);
  file.close();
  const auto data = open(folders()[0]);
  ASSERT_FALSE(data);
  EXPECT_THAT(data.error().message, HasSubstr("00000001.segment"));
}

TEST_F(RecordedDataTest, WhatIsNotThereIsSaid) {
  const auto data = open(folder_ / "nowhere");
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace underround
