#include "app/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "app/config_schema.hpp"
#include "app/config_toml.hpp"
#include "app/config_value.hpp"
#include "app/env.hpp"

namespace underround::config {
namespace {

constexpr std::string_view kTokenVariable = "UNDERROUND_DASHBOARD_TOKEN";

struct SecretVariable {
  std::string_view name;
  std::string Secrets::*field;
};
constexpr std::array kSecretVariables{
    SecretVariable{kTokenVariable, &Secrets::dashboard_token},
    SecretVariable{"UNDERROUND_PRIVATE_KEY", &Secrets::private_key},
    SecretVariable{"UNDERROUND_KEYSTORE_PASSWORD", &Secrets::keystore_password},
    SecretVariable{"UNDERROUND_BUILDER_API_KEY", &Secrets::builder_key},
    SecretVariable{"UNDERROUND_BUILDER_API_SECRET", &Secrets::builder_secret},
    SecretVariable{"UNDERROUND_BUILDER_API_PASSPHRASE", &Secrets::builder_passphrase},
    SecretVariable{"UNDERROUND_RELAYER_API_KEY", &Secrets::relayer_key},
    SecretVariable{"POLYMARKET_PROXY_URL", &Secrets::proxy_url},
    SecretVariable{"UNDERROUND_LIVE", &Secrets::live},
};

std::string_view section_of(std::string_view path) { return path.substr(0, path.find('.')); }

bool is_section(std::string_view name) {
  return std::ranges::any_of(keys(), [&](const Key& key) { return section_of(key.path) == name; });
}

bool looks_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kWords{"private_key", "privatekey", "secret",      "passphrase",
                                                           "password",    "mnemonic",   "seed_phrase", "api_key",
                                                           "apikey",      "token"};
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(kWords, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// The whole path first; then the last part alone, for a key put under the wrong room.
std::string_view suggest_path(std::string_view path) {
  std::vector<std::string_view> paths, leaves;
  for (const Key& key : keys()) {
    paths.push_back(key.path);
    leaves.push_back(key.path.substr(key.path.find('.') + 1));
  }
  const std::string_view leaf = path.substr(path.rfind('.') + 1);
  const auto same_leaf = std::ranges::find(leaves, leaf);
  if (same_leaf != leaves.end()) return paths[static_cast<std::size_t>(same_leaf - leaves.begin())];
  if (const std::string_view near = nearest(path, paths); !near.empty()) return near;
  const std::string_view near_leaf = nearest(leaf, leaves);
  if (near_leaf.empty()) return {};
  return paths[static_cast<std::size_t>(std::ranges::find(leaves, near_leaf) - leaves.begin())];
}

std::string suggest_section(std::string_view name) {
  std::vector<std::string_view> sections;
  for (const Key& key : keys()) sections.push_back(section_of(key.path));
  const std::string_view near = nearest(name, sections);
  return near.empty() ? "`underround config example` prints every key" : fmt::format("did you mean [{}]?", near);
}

// Where each key was last set, to name the place when two keys contradict each other.
struct Place {
  std::string source{};
  std::int64_t line = 0, column = 0;
  std::string name{};
};

class Loader {
 public:
  void file(const std::string& path) {
    if (auto text = read_text_file(path)) {
      toml(*text, path);
    } else {
      report({.source = path}, text.error().message,
             "`underround config example > my.toml` writes a file to start from");
    }
  }

  void toml(std::string_view text, std::string_view name) {
    auto entries = flatten_toml(text, is_section);
    if (!entries) {
      const TomlError& error = entries.error();
      report({std::string(name), error.line, error.column, "not valid TOML"}, error.what, {});
      return;
    }
    for (const TomlEntry& entry : *entries) toml_entry(entry, std::string(name));
  }

  void env_file(const std::string& path) {
    const auto file = read_env_file(path);
    if (!file) {
      report({.source = path}, file.error().message, "make it readable, or remove it");
      return;
    }
    for (const EnvError& error : file->errors)
      report({.source = path, .line = error.line, .column = 1}, error.what, error.suggestion);
    for (const EnvEntry& entry : file->entries) variable({path, entry.line, 1, entry.name}, entry.value);
    if ((file->permissions & 0077U) != 0) {
      loaded_.warnings.push_back(fmt::format("{}: others can read it (mode {:04o}); it may hold secrets: chmod 600 {}",
                                             path, file->permissions, path));
    }
  }

  void environment(const std::map<std::string, std::string>& variables) {
    for (const auto& [name, value] : variables) variable({"environment", 0, 0, name}, value);
  }

  std::expected<Loaded, std::vector<Problem>> finish() {
    if (problems_.empty()) cross_check();  // a contradiction between wrong values would only confuse
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    return std::move(loaded_);
  }

 private:
  void report(const Place& place, std::string what, std::string suggestion) {
    problems_.push_back({place.source, place.line, place.column, place.name, std::move(what), std::move(suggestion)});
  }

  void toml_entry(const TomlEntry& entry, const std::string& source) {
    const Place place{source, entry.line, entry.column, entry.path};
    const Key* key = find_key(entry.path);
    if (key != nullptr) {
      set(*key, entry.raw, {source, entry.value_line, entry.value_column, entry.path});
    } else if (looks_secret(entry.path)) {
      report(place, "secrets do not belong in this file",
             "take it out, put it into the environment or into .env (chmod 600), and replace it if this file was ever "
             "shared");
    } else if (is_section(entry.path)) {
      report(place, "this is a section, not a value", fmt::format("write [{}] and its keys below", entry.path));
    } else if (entry.raw.kind == Raw::Kind::kOther && entry.path.find('.') == std::string::npos) {
      report(place, "unknown section", suggest_section(entry.path));
    } else if (is_section(section_of(entry.path)) || entry.path.find('.') == std::string::npos) {
      // Keys inside an unknown section are left to the complaint about the section.
      const std::string_view near = suggest_path(entry.path);
      report(place, "unknown key",
             near.empty() ? "`underround config example` prints every key" : fmt::format("did you mean {}?", near));
    }
  }

  void variable(const Place& place, const std::string& value) {
    const auto* const secret = std::ranges::find(kSecretVariables, place.name, &SecretVariable::name);
    if (secret != kSecretVariables.end()) {
      loaded_.secrets.*(secret->field) = value;
      return;
    }
    if (!place.name.starts_with(kVariablePrefix)) return;
    for (const Key& key : keys()) {
      if (variable_of(key.path) == place.name) return set(key, {.kind = Raw::Kind::kText, .text = value}, place);
    }
    std::string path = place.name.substr(kVariablePrefix.size());
    std::ranges::transform(path, path.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (const std::size_t dot = path.find("__"); dot != std::string::npos) path.replace(dot, 2, ".");
    const std::string_view near = suggest_path(path);
    report(place, "unknown variable",
           near.empty() ? "`underround config example` prints every key; '.' becomes '__'"
                        : fmt::format("did you mean {}?", variable_of(near)));
  }

  void set(const Key& key, const Raw& raw, const Place& place) {
    if (auto complaint = assign(key, raw, loaded_.config)) {
      report(place, std::move(complaint->what), std::move(complaint->suggestion));
    } else {
      places_[key.path] = place;
    }
  }

  // `small` must not be more than `large`: otherwise the larger limit can never be reached, which is never meant.
  void require_order(std::string_view small, Usd small_value, std::string_view large, Usd large_value) {
    if (small_value <= large_value) return;
    const std::string_view set_by_user = places_.contains(small) ? small : large;
    Place place = places_[set_by_user];
    place.name = set_by_user;
    report(place,
           fmt::format("{} ({}) is more than {} ({})", small, to_literal(*find_key(small), loaded_.config), large,
                       to_literal(*find_key(large), loaded_.config)),
           fmt::format("lower {} or raise {}", small, large));
  }

  void cross_check() {
    const Config& c = loaded_.config;
    require_order("risk.max_order_usd", c.risk.max_order_usd, "risk.max_position_usd", c.risk.max_position_usd);
    require_order("risk.max_position_usd", c.risk.max_position_usd, "risk.max_event_usd", c.risk.max_event_usd);
    require_order("risk.max_event_usd", c.risk.max_event_usd, "risk.max_total_usd", c.risk.max_total_usd);
    require_order("strategies.max_set_usd", c.strategies.max_set_usd, "risk.max_event_usd", c.risk.max_event_usd);
    if (!is_loopback(c.web.address) && loaded_.secrets.dashboard_token.empty()) {
      report(places_["web.address"],
             fmt::format("{} can be reached from other machines, and there is no login", c.web.address),
             fmt::format("set {} (16 characters or more) in the environment or in .env, or use 127.0.0.1",
                         kTokenVariable));
    }
    if (c.strategies.enabled.empty())
      loaded_.warnings.emplace_back("strategies.enabled is empty: the engine only watches");
  }

  Loaded loaded_;
  std::vector<Problem> problems_;
  std::map<std::string_view, Place> places_;  // by key path
};

std::expected<Loaded, std::vector<Problem>> finish_with(Loader& loader, const Sources& sources) {
  if (!sources.env_file.empty()) loader.env_file(sources.env_file);
  loader.environment(sources.environment);
  return loader.finish();
}

}  // namespace

std::string Problem::text() const {
  std::string out = source;
  if (line > 0) out += fmt::format(":{}:{}", line, column);
  out += ": ";
  if (!key.empty()) out += key + ": ";
  out += what;
  if (!suggestion.empty()) out += "; " + suggestion;
  return out;
}

std::expected<Loaded, std::vector<Problem>> load(const Sources& sources) {
  Loader loader;
  if (!sources.file.empty()) loader.file(sources.file);
  return finish_with(loader, sources);
}

std::expected<Loaded, std::vector<Problem>> load_text(std::string_view toml, std::string_view name,
                                                      const Sources& overrides) {
  Loader loader;
  loader.toml(toml, name);
  return finish_with(loader, overrides);
}

}  // namespace underround::config
