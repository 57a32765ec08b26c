#include "net/http_message.hpp"

#include <algorithm>
#include <optional>

#include "net/url.hpp"

namespace underround::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> find_query(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equal = pair.find('=');
    if (pair.substr(0, equal) == name) {
      return equal == std::string_view::npos ? std::string_view{} : pair.substr(equal + 1);
    }
  }
  return std::nullopt;
}

}  // namespace

void HttpHeaders::add(std::string_view name, std::string_view value) {
  fields_.push_back(Field{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(name.size()),
                          static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
}

std::string_view HttpHeaders::get(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (same_name(this->name(i), name)) return value(i);
  }
  return {};
}

bool HttpHeaders::has(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (same_name(this->name(i), name)) return true;
  }
  return false;
}

std::string_view HttpRequest::path() const noexcept { return std::string_view(target).substr(0, target.find('?')); }

std::string HttpRequest::query(std::string_view name) const {
  const auto value = find_query(target, name);
  if (!value) return {};
  std::string text(*value);
  std::ranges::replace(text, '+', ' ');
  return percent_decode(text);
}

bool HttpRequest::has_query(std::string_view name) const noexcept { return find_query(target, name).has_value(); }

}  // namespace underround::net
