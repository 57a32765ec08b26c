// Files that hold secrets: regular, ours, and readable by nobody else.
//   SecretBytes text = read_secret_file("/etc/underround/wallet.key").value();   write_secret_file(path, json);
// What is checked is the opened file, not its name: nobody can swap it in between.
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "crypto/secret_bytes.hpp"

namespace underround::crypto {

// kNotFound: no such file. kIo: the system's own words. kInvalidInput: not a regular file, empty or over 64 KiB,
// another user's, a link that another user made, or mode bits for group or others (the message says chmod 600).
[[nodiscard]] Result<SecretBytes> read_secret_file(const std::string& path);

// All or nothing: a new file beside the old one (mode 0600), synced, renamed over it, the folder synced.
[[nodiscard]] Result<void> write_secret_file(const std::string& path, std::string_view bytes);

}  // namespace underround::crypto
