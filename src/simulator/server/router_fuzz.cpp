// Whatever a client sends as a request line and a body: parsing must neither crash nor hang.
#include <cstdint>
#include <string_view>

#include "simulator/server/json_value.hpp"
#include "simulator/server/router.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround::simulator;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  Router router;
  router.add("POST", "/a/{}", [](const Call& call) {
    const auto list = call.query.list("x");
    const auto json = parse_json(call.request.body);
    return Reply{.status = static_cast<int>(200 + list.size() % 2), .body = json ? json->scalar : "", .headers = {}};
  });
  const underround::net::HttpRequest request{
      .method = "POST",
      .target = std::string(input.substr(0, end)),
      .headers = {},
      .body = end == std::string_view::npos ? "" : std::string(input.substr(end + 1))};
  (void)router.dispatch(request);
  (void)parse_json(input);
  return 0;
}
