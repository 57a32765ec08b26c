#include "app/time_text.hpp"

#include <charconv>

#include "market/iso_time.hpp"

namespace underround::cli {
Result<Nanos> parse_moment(std::string_view text) {
  const auto refuse = [whole = std::string(text)] {
    return fail(ErrorCode::kInvalidInput, "'" + whole +
                                              "' is no moment: write 2026-04-29, 2026-04-29T02:10:43Z, or seconds, "
                                              "milliseconds or nanoseconds since 1970");
  };
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
    std::int64_t n = 0;
    // Nine digits are 1973: what is shorter is a year, or a slip.
    if (text.size() < 9 || std::from_chars(text.data(), text.data() + text.size(), n).ec != std::errc{})
      return refuse();
    if (text.size() <= 11) return Nanos::from_seconds(n);
    return text.size() <= 14 ? Nanos::from_millis(n) : Nanos{n};
  }
  const auto at = parse_iso_time(text);
  return at ? Result<Nanos>(*at) : refuse();
}

}  // namespace underround::cli
