#include "backtest/import/importer.hpp"

#include <gtest/gtest.h>

namespace underround::backtest {
namespace {
TEST(Importer, Builds) { EXPECT_FALSE(import_files({}, {.folder = "/nonexistent/x"})); }
}  // namespace
}  // namespace underround::backtest
