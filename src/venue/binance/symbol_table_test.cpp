#include "venue/binance/symbol_table.hpp"

namespace underround::binance {
namespace {

TEST(SymbolTable, FindsWhatWasAddedAndNothingElse) {
  SymbolTable table;
  EXPECT_FALSE(table.find("BTCUSDT").valid());
  std::vector<std::string> names;
  for (int i = 0; i < 500; ++i) {
    names.push_back(fmt::format("S{}USDT", i));
    EXPECT_EQ(table.add(names.back()).value, i);
  }
  for (int i = 0; i < 500; ++i) {
    const SymbolId id = table.find(names[static_cast<std::size_t>(i)]);
    EXPECT_EQ(id.value, i);
    EXPECT_EQ(table.name(id), names[static_cast<std::size_t>(i)]);
  }
  EXPECT_FALSE(table.find("S500USDT").valid());
  EXPECT_FALSE(table.find("").valid());
}

TEST(SymbolTable, AddingTwiceInAnyCaseIsOneSymbol) {
  SymbolTable table({"btcusdt"});
  EXPECT_EQ(table.add("BTCUSDT"), table.add("BtcUsdt"));
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.name(SymbolId{0}), "BTCUSDT");
}

}  // namespace
}  // namespace underround::binance
