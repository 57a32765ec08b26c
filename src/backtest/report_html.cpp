#include "backtest/report_html.hpp"

#include <string_view>

#include "base/check.hpp"

// Defined by the assembler file that cmake/Dashboard.cmake makes.
extern "C" {
extern const char ur_page_report_html_begin[], ur_page_report_html_end[];
}

namespace underround::backtest {
namespace {

constexpr std::string_view kPlace = "@REPORT_DATA@";

// Text of markets and settings must not end the script element that holds it ("</script>", "<!--"). In JSON a '<' can
// only stand inside a string, where its escape means the same.
std::string inlined(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string report_html(const Report& report) {
  const std::string_view page(ur_page_report_html_begin,
                              static_cast<std::size_t>(ur_page_report_html_end - ur_page_report_html_begin));
  const std::size_t place = page.find(kPlace);
  UR_CHECK(place != std::string_view::npos);
  std::string html(page.substr(0, place));
  html += inlined(report_json(report));
  html += page.substr(place + kPlace.size());
  return html;
}

}  // namespace underround::backtest
