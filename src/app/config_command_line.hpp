// What every command that needs a configuration calls: file, .env of the working directory, environment; warnings go to
// stderr, problems become a Failure with all of them.
//   const auto loaded = cli::load_config(config_file_);   if (!loaded) return std::unexpected(loaded.error());
#pragma once

#include <expected>
#include <string>

#include "app/cli.hpp"
#include "app/config.hpp"

namespace underround::cli {

// `file` empty: defaults, still with .env and environment.
[[nodiscard]] std::expected<config::Loaded, Failure> load_config(const std::string& file);

}  // namespace underround::cli
