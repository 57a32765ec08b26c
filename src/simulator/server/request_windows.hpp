// Requests per IP in sliding windows (protocol page 10.1), the outer of the venue's two limits.
//   RequestWindows windows;   if (const auto wait_s = windows.take(VenueHost::kClob, "GET", "/book", now)) ... 429
// Time is passed in. Everybody on this machine is one IP. Assumptions: a window is the usual estimate of such limiters
// (this window plus the overlapping share of the last one), and a request over a limit is refused at once, never
// queued.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/units.hpp"

namespace underround::simulator {

enum class VenueHost : std::uint8_t { kClob, kGamma, kData, kRelayer, kNode };

class RequestWindows {
 public:
  RequestWindows();
  // Counts the request in every window it belongs to. Refused: the seconds to wait, 1 or more; nothing is counted.
  [[nodiscard]] std::optional<std::int64_t> take(VenueHost host, std::string_view method, std::string_view path,
                                                 Nanos now);
  void clear();  // as if nothing had been asked yet

 private:
  struct Window {
    bool any_host = false;
    VenueHost host = VenueHost::kClob;
    std::string_view method;              // "" = any
    std::vector<std::string_view> paths;  // empty = any; "x/" also stands for everything below
    std::int64_t limit = 0;
    Nanos length;
    std::int64_t epoch = -1, count = 0, before = 0;  // of this window and the one before it
    [[nodiscard]] bool concerns(VenueHost h, std::string_view m, std::string_view path) const noexcept;
    void roll(Nanos now) noexcept;
    [[nodiscard]] std::int64_t wait_s(Nanos now) const noexcept;  // 0 = room for one more
  };
  std::vector<Window> windows_;
};

}  // namespace underround::simulator
