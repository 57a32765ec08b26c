#include "simulator/server/router.hpp"

#include <algorithm>
#include <charconv>

#include "net/url.hpp"
#include "simulator/server/json_writer.hpp"

namespace underround::simulator {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> segments_of(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return split(path.substr(path.starts_with('/') ? 1 : 0), '/');
}

std::string decode(std::string text) {
  std::ranges::replace(text, '+', ' ');
  return net::percent_decode(text);
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
             std::vector<std::string>& parts) {
  if (pattern.size() != path.size()) return false;
  parts.clear();
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (pattern[i] == "{}" && !path[i].empty()) {
      parts.push_back(net::percent_decode(path[i]));
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

Reply error_reply(int status, std::string_view text) {
  Reply reply{.status = status, .body = {}, .headers = {}};
  JsonWriter(reply.body).object().field("error", text).end_object();
  return reply;
}

Query::Query(std::string_view target) {
  const std::size_t start = target.find('?');
  if (start == std::string_view::npos) return;
  for (const std::string& field : split(target.substr(start + 1), '&')) {
    const std::size_t equals = field.find('=');
    if (field.empty()) continue;
    fields_.emplace_back(decode(field.substr(0, equals)),
                         equals == std::string::npos ? std::string{} : decode(field.substr(equals + 1)));
  }
}

std::string_view Query::get(std::string_view name) const noexcept {
  for (const auto& [key, value] : fields_) {
    if (key == name) return value;
  }
  return {};
}

bool Query::has(std::string_view name) const noexcept {
  return std::ranges::any_of(fields_, [&](const auto& field) { return field.first == name; });
}

std::vector<std::string_view> Query::list(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const auto& [key, value] : fields_) {
    const bool bracketed = key.size() == name.size() + 2 && key.starts_with(name) && key.ends_with("[]");
    if (key != name && !bracketed) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t end = rest.find(',');
      if (end != 0) out.push_back(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  return out;
}

std::size_t Query::size(std::string_view name, std::size_t otherwise) const noexcept {
  const std::string_view digits = get(name);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return !digits.empty() && error == std::errc{} && end == digits.data() + digits.size() ? value : otherwise;
}

void Router::add(std::string_view method, std::string_view pattern, Handler handler) {
  routes_.push_back({std::string(method), segments_of(pattern), std::move(handler)});
}

Reply Router::dispatch(const net::HttpRequest& request) const {
  const std::vector<std::string> path = segments_of(request.path());
  std::vector<std::string> parts;
  bool path_known = false;
  for (const Route& route : routes_) {
    if (!matches(route.segments, path, parts)) continue;
    path_known = true;
    const bool head = request.method == "HEAD" && route.method == "GET";
    if (route.method != request.method && !head) continue;
    return route.handler(Call{request, Query(request.target), std::move(parts)});
  }
  return path_known ? error_reply(405, "Method Not Allowed") : error_reply(404, "not found");
}

}  // namespace underround::simulator
