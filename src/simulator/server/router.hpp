// Method and path -> handler, and the query string the way the venue's clients write it (repeated names make a list).
//   router.add("GET", "/markets/slug/{}", [](const Call& call) { return by_slug(call.parts[0]); });
// Unknown path: 404; known path, other method: 405.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_message.hpp"

namespace underround::simulator {

struct Reply {
  int status = 200;
  std::string body;
  net::HttpHeaders headers;  // Content-Type is added unless it is here
};
[[nodiscard]] Reply error_reply(int status, std::string_view text);  // {"error":"text"}, protocol page 9

class Query {
 public:
  explicit Query(std::string_view target);
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;  // first, "" when absent
  [[nodiscard]] bool has(std::string_view name) const noexcept;
  // All values of `name`, `name[]` or, comma-separated, of one `name`.
  [[nodiscard]] std::vector<std::string_view> list(std::string_view name) const;
  // 0 or more; `otherwise` when absent or not a number.
  [[nodiscard]] std::size_t size(std::string_view name, std::size_t otherwise) const noexcept;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Call {
  const net::HttpRequest& request;
  Query query;
  std::vector<std::string> parts;  // what stood at each {}
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept { return request.headers.get(name); }
};

class Router {
 public:
  using Handler = std::function<Reply(const Call&)>;
  // Patterns are tried in the order added: fixed segments before {}.
  void add(std::string_view method, std::string_view pattern, Handler handler);
  [[nodiscard]] Reply dispatch(const net::HttpRequest& request) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    Handler handler;
  };
  std::vector<Route> routes_;
};

}  // namespace underround::simulator
