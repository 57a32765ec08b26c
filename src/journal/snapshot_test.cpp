#include "journal/snapshot.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "base/temporary_folder.hpp"

namespace underround::journal {
namespace {

class SnapshotTest : public ::testing::Test {
 public:
 protected:
  static constexpr std::uint64_t kLayout = 77;
  const std::vector<std::uint8_t> state_ = std::vector<std::uint8_t>(1000, 42);
  TemporaryFolder folder_;
};

TEST_F(SnapshotTest, ComesBackAsItWasAndTheNewestTwoAreKept) {
  for (const std::uint64_t sequence : {5U, 90U, 1'000'000U}) {
    std::vector<std::uint8_t> state = state_;
    state[0] = static_cast<std::uint8_t>(sequence);
    ASSERT_TRUE(write_snapshot(folder_, kLayout, sequence, state));
  }
  const auto files = snapshot_files(folder_);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].sequence, 1'000'000U);
  EXPECT_EQ(files[1].sequence, 90U);
  const auto back = read_snapshot(files[1], kLayout);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ((*back)[0], 90);
  EXPECT_EQ(back->size(), state_.size());
}

TEST_F(SnapshotTest, AnotherLayoutIsRefused) {
  ASSERT_TRUE(write_snapshot(folder_, kLayout, 5, state_));
  const auto back = read_snapshot(snapshot_files(folder_)[0], kLayout + 1);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, ErrorCode::kRefused);
}

TEST_F(SnapshotTest, EveryDamagedByteIsNoticed) {
  ASSERT_TRUE(write_snapshot(folder_, kLayout, 5, state_));
  const SnapshotFile file = snapshot_files(folder_)[0];
  const auto size = std::filesystem::file_size(file.path);
  for (std::uint64_t at = 0; at < size; at += at < 40 ? 1 : 97) {
    if (at >= 36 && at < 40) continue;  // reserved
    std::fstream change(file.path, std::ios::in | std::ios::out | std::ios::binary);
    change.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(change.get());
    change.seekp(static_cast<std::streamoff>(at));
    change.put(static_cast<char>(byte ^ 1));
    change.close();
    EXPECT_FALSE(read_snapshot(file, kLayout)) << at;
    std::fstream repair(file.path, std::ios::in | std::ios::out | std::ios::binary);
    repair.seekp(static_cast<std::streamoff>(at));
    repair.put(byte);
  }
  EXPECT_TRUE(read_snapshot(file, kLayout));
  std::filesystem::resize_file(file.path, size - 1);
  EXPECT_FALSE(read_snapshot(file, kLayout));
}

TEST_F(SnapshotTest, WhatACrashLeftUnfinishedIsNoSnapshotAndGoes) {
  std::ofstream(folder_ / "snapshot-000000000009.bin.part") << "half";
  std::ofstream(folder_ / "snapshot-x.bin") << "no number";
  EXPECT_TRUE(snapshot_files(folder_).empty());
  ASSERT_TRUE(write_snapshot(folder_, kLayout, 5, state_));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "snapshot-000000000009.bin.part"));
}

TEST_F(SnapshotTest, AFolderThatIsNotThereIsAnErrorInWords) {
  const auto written = write_snapshot(folder_ / "none", kLayout, 5, state_);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
  EXPECT_TRUE(snapshot_files(folder_ / "none").empty());
}

}  // namespace
}  // namespace underround::journal
