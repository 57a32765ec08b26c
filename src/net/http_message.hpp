// HTTP/1.1 messages as values, shared by client and server.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace underround::net {

// Header fields in order of arrival, names compared without case. One text block, so clear() keeps the memory.
class HttpHeaders {
 public:
  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
    for (const auto& [name, value] : fields) add(name, value);
  }
  void clear() noexcept {
    text_.clear();
    fields_.clear();
  }
  void add(std::string_view name, std::string_view value);
  // First value of `name`, or "" when there is none. Valid until the next add() or clear().
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
  [[nodiscard]] std::string_view name(std::size_t i) const noexcept {
    return slice(fields_[i].name, fields_[i].name_size);
  }
  [[nodiscard]] std::string_view value(std::size_t i) const noexcept {
    return slice(fields_[i].name + fields_[i].name_size, fields_[i].value_size);
  }

 private:
  struct Field {
    std::uint32_t name, name_size, value_size;
  };
  [[nodiscard]] std::string_view slice(std::uint32_t from, std::uint32_t size) const noexcept {
    return std::string_view(text_).substr(from, size);
  }
  std::string text_;
  std::vector<Field> fields_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  // path and query
  HttpHeaders headers{};     // client: Host, Content-Length and Connection are added by the client itself
  std::string body{};

  [[nodiscard]] std::string_view path() const noexcept;  // target up to '?'
  // Value of a query parameter, percent-decoded; "" when absent (has_query tells the difference).
  [[nodiscard]] std::string query(std::string_view name) const;
  [[nodiscard]] bool has_query(std::string_view name) const noexcept;
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers{};  // server: Content-Length and Connection are added by the server itself
  std::string body{};
};

}  // namespace underround::net
