// The page's files, embedded in the binary at build time (cmake/Dashboard.cmake builds them from dashboard/).
#pragma once

#include <string>
#include <string_view>

namespace underround::web {

struct PageAsset {
  std::string_view path;  // "/app.js"
  std::string_view content_type;
  std::string_view content;  // lives as long as the program
  std::string etag;          // quoted; changes with the content
};

// nullptr when the page has no such file. "/" is the page itself.
[[nodiscard]] const PageAsset* find_asset(std::string_view path);

}  // namespace underround::web
