#include "backtest/report_html.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "backtest/synthetic_run.hpp"

// What the page shows is tested in a browser: `ctest -R report_smoke` (dashboard/test/report_smoke.mjs).
namespace underround::backtest {
namespace {

std::size_t occurrences(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(ReportHtml, TextFromOutsideCannotLeaveItsElement) {
  Report plain, hostile;
  RunBuilder run(Usd::whole(1000));
  run.market("</script><script>alert(1)</script><!-- @REPORT_DATA@").trade({});
  hostile.main = results_of(run.finish());
  hostile.title = "</SCRIPT>";
  hostile.settings = {{"<b>", "</style>"}};
  const std::string html = report_html(hostile), empty = report_html(plain);
  for (const char* mark : {"</script", "</SCRIPT", "<!--", "</style", "<b>"}) {
    EXPECT_EQ(occurrences(html, mark), occurrences(empty, mark)) << mark;
  }
}

TEST(ReportHtml, TheDataInThePageIsTheReport) {
  Report report;
  report.title = "a < b";
  report.main = results_of(synthetic_run("run", 20, 1), {.resamples = 20});
  const std::string html = report_html(report);
  const std::string_view open = R"(<script type="application/json" id="report-data">)";
  const std::size_t begin = html.find(open) + open.size(), end = html.find("</script>", begin);
  simdjson::dom::parser parser, other;
  simdjson::dom::element inside, expected;
  ASSERT_EQ(parser.parse(html.substr(begin, end - begin)).get(inside), simdjson::SUCCESS);
  ASSERT_EQ(other.parse(report_json(report)).get(expected), simdjson::SUCCESS);
  EXPECT_EQ(simdjson::minify(inside), simdjson::minify(expected));
}

TEST(ReportHtml, NothingIsLoadedFromElsewhere) {
  const std::string html = report_html(Report{});
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  for (const char* outside : {"src=", "href=", "@import", "url(http", "fetch(", "XMLHttpRequest", "WebSocket"}) {
    EXPECT_EQ(occurrences(html, outside), 0u) << outside;
  }
  for (const char* place : {"@STYLE@", "@SCRIPT@", "@REPORT_DATA@"}) EXPECT_EQ(occurrences(html, place), 0u) << place;
}

}  // namespace
}  // namespace underround::backtest
