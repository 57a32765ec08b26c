// Heap allocations of this thread of the test program (market_codec_test.cpp replaces operator new). Tests only.
#pragma once

#include <cstdint>

namespace underround::polymarket {
[[nodiscard]] std::uint64_t allocation_count() noexcept;  // always 0 in sanitizer builds
}
