#include "web/page_assets.hpp"

#include <fmt/format.h>

#include <array>

#include "base/stable_hash.hpp"

// Defined by the assembler file that cmake/Dashboard.cmake makes.
extern "C" {
extern const char ur_page_index_html_begin[], ur_page_index_html_end[];
extern const char ur_page_login_html_begin[], ur_page_login_html_end[];
extern const char ur_page_app_js_begin[], ur_page_app_js_end[];
extern const char ur_page_app_css_begin[], ur_page_app_css_end[];
}

namespace underround::web {
namespace {

PageAsset asset(std::string_view path, std::string_view content_type, const char* begin, const char* end) {
  const std::string_view content(begin, static_cast<std::size_t>(end - begin));
  return {path, content_type, content, fmt::format("\"{:016x}\"", stable_hash(content))};
}

}  // namespace

const PageAsset* find_asset(std::string_view path) {
  constexpr std::string_view kHtml = "text/html; charset=utf-8";
  static const std::array<PageAsset, 4> assets = {
      asset("/", kHtml, ur_page_index_html_begin, ur_page_index_html_end),
      asset("/login", kHtml, ur_page_login_html_begin, ur_page_login_html_end),
      asset("/app.js", "text/javascript; charset=utf-8", ur_page_app_js_begin, ur_page_app_js_end),
      asset("/app.css", "text/css; charset=utf-8", ur_page_app_css_begin, ur_page_app_css_end),
  };
  for (const PageAsset& candidate : assets) {
    if (candidate.path == path) return &candidate;
  }
  return nullptr;
}

}  // namespace underround::web
