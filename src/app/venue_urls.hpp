// Where a venue's services are.
#pragma once

#include <string>

namespace underround {

struct VenueUrls {
  std::string gamma, clob, data, ws_market, ws_user, binance_public, binance_market;
  std::string control;  // embedded venue only: faucet and set operations
};

}  // namespace underround
