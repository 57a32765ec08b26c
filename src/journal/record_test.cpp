// Segments in memory: what is written is read, a torn tail is a tail, and damage with good records behind it is damage.
#include "journal/record.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "journal/crc32c.hpp"

namespace underround::journal {
namespace {

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

struct Made {
  std::vector<std::uint8_t> segment;
  std::vector<std::uint64_t> offsets;
};

Made make(const std::vector<std::string>& payloads, std::size_t spare = 256) {
  Made made;
  made.segment.resize(kSegmentHead);
  write_segment_head(made.segment.data(), 1);
  std::uint64_t sequence = 1;
  for (const std::string& payload : payloads) {
    const auto data = bytes_of(payload);
    const std::size_t at = made.segment.size();
    made.offsets.push_back(at);
    made.segment.resize(at + size_on_disk(data.size()));
    write_record(made.segment.data() + at, sequence++, RecordKind::kNote, data);
  }
  made.segment.resize(made.segment.size() + spare);
  return made;
}

std::size_t count(SegmentReader& reader) {
  std::size_t n = 0;
  while (reader.next()) ++n;
  return n;
}

TEST(Crc32c, KnownAnswer) {
  EXPECT_EQ(crc32c(bytes_of("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c({}), 0U);
}

TEST(Record, WhatIsWrittenIsRead) {
  EXPECT_TRUE(rc::check("round trip", [](const std::vector<std::string>& payloads) {
    const Made made = make(payloads);
    RC_ASSERT(read_segment_head(made.segment) == std::optional<std::uint64_t>(1));
    SegmentReader reader(made.segment, 1);
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      const auto record = reader.next();
      RC_ASSERT(record.has_value());
      RC_ASSERT(record->sequence == i + 1);
      RC_ASSERT(std::string(record->payload.begin(), record->payload.end()) == payloads[i]);
    }
    RC_ASSERT(!reader.next().has_value());
    RC_ASSERT(reader.end() == SegmentEnd::kClean);
  }));
}

TEST(Record, AnyDamageIsFoundAndNamed) {
  EXPECT_TRUE(rc::check("one byte of one record changed", [] {
    const auto n = *rc::gen::inRange<std::size_t>(1, 8);
    const auto payloads = *rc::gen::container<std::vector<std::string>>(n, rc::gen::arbitrary<std::string>());
    Made made = make(payloads);
    const auto victim = *rc::gen::inRange<std::size_t>(0, n);
    const std::size_t size = kRecordHead + payloads[victim].size();  // padding is nobody's
    const auto at = made.offsets[victim] + *rc::gen::inRange<std::size_t>(0, size);
    made.segment[at] ^= static_cast<std::uint8_t>(*rc::gen::inRange(1, 256));
    SegmentReader reader(made.segment, 1);
    RC_ASSERT(count(reader) == victim);
    RC_ASSERT(reader.offset() == made.offsets[victim]);
    RC_ASSERT(reader.end() == (victim + 1 == n ? SegmentEnd::kTorn : SegmentEnd::kCorrupt));
  }));
}

TEST(Record, ACutTailIsTornWhereverItIsCut) {
  const Made made = make({"first", "second and longer", "third"});
  for (std::size_t cut = made.offsets[2] + 1; cut < made.offsets[2] + kRecordHead + 5; ++cut) {
    auto segment = made.segment;
    std::fill(segment.begin() + static_cast<std::ptrdiff_t>(cut), segment.end(), 0);
    SegmentReader reader(segment, 1);
    EXPECT_EQ(count(reader), 2U) << cut;
    EXPECT_EQ(reader.end(), SegmentEnd::kTorn) << cut;
  }
}

TEST(Record, AnotherSequenceIsNotTheNext) {
  const Made made = make({"one", "two"});
  SegmentReader reader(made.segment, 5);
  EXPECT_FALSE(reader.next().has_value());
  EXPECT_NE(reader.end(), SegmentEnd::kClean);
}

TEST(Record, HeadsOfOtherFilesAreRefused) {
  Made made = make({});
  for (std::size_t i = 0; i < 28; ++i) {
    auto segment = made.segment;
    segment[i] ^= 1;
    EXPECT_FALSE(read_segment_head(segment).has_value()) << i;
  }
  EXPECT_FALSE(read_segment_head({}).has_value());
}

// A record that is half written when a reader comes by, and whole a moment later, is no damage. Writer and reader have
// mappings of their own, as two processes have.
TEST(SegmentReader, WhatIsBeingWrittenIsNoDamage) {
  constexpr std::size_t kBytes = 16'384;
  constexpr std::uint64_t kRecords = 200;
  const int file = ::memfd_create("segment", MFD_CLOEXEC);
  ASSERT_EQ(::ftruncate(file, kBytes), 0);
  const auto map = [&] {
    return static_cast<std::uint8_t*>(::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
  };
  std::uint8_t *const to = map(), *const from = map();
  std::uint64_t damaged = 0;
  for (int round = 0; round < 500; ++round) {
    std::memset(to, 0, kBytes);
    write_segment_head(to, 1);
    std::thread writer([&] {
      std::uint8_t* at = to + kSegmentHead;
      for (std::uint64_t n = 1; n <= kRecords; ++n) {
        write_record(at, n, RecordKind::kNote, Bytes(reinterpret_cast<const std::uint8_t*>(&n), sizeof n), {});
        at += size_on_disk(sizeof n);
      }
    });
    for (std::uint64_t read = 0; read < kRecords;) {
      SegmentReader reader(Bytes(from, kBytes), 1);
      for (read = 0; reader.next();) ++read;
      if (reader.end() != SegmentEnd::kCorrupt) continue;
      ++damaged;
      break;
    }
    writer.join();
  }
  EXPECT_EQ(damaged, 0U);
  ::munmap(to, kBytes);
  ::munmap(from, kBytes);
  ::close(file);
}

}  // namespace
}  // namespace underround::journal
