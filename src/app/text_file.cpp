#include "app/text_file.hpp"

#include <fstream>
#include <iterator>

namespace underround {

Result<std::string> read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::kNotFound, path + ": cannot be read");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Result<void> write_text(const std::string& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (out) return {};
  return fail(ErrorCode::kIo, path + ": cannot be written: is there such a folder, and room on the disk?");
}

}  // namespace underround
