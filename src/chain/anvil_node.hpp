// A real Ethereum virtual machine for tests: the `anvil` program on a free port of this machine, and contract
// artifacts, both from npm packages when somebody has installed them (README). Tests only.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "base/child_process.hpp"
#include "base/test_paths.hpp"
#include "chain/abi.hpp"
#include "chain/test_vectors.hpp"
#include "net/http_client.hpp"

namespace underround::chain {

// First of: $UNDERROUND_ANVIL (the program; packages beside it in a node_modules folder above), build/npm.
class AnvilInstall {
 public:
  static std::optional<AnvilInstall> find() {
    namespace fs = std::filesystem;
    AnvilInstall found;
    const char* named = std::getenv("UNDERROUND_ANVIL");
    for (const fs::path& npm : {fs::path(build_folder() + "/npm"), fs::path(source_folder() + "/build/npm")}) {
      found.packages_ = npm / "node_modules";
      found.program_ = named != nullptr ? fs::path(named) : found.packages_ / "@foundry-rs/anvil-linux-amd64/bin/anvil";
      if (fs::exists(found.program_) && fs::exists(found.artifact(kConditionalTokens)) &&
          fs::exists(found.artifact(kErc20))) {
        return found;
      }
    }
    return std::nullopt;
  }
  static constexpr char kConditionalTokens[] =
      "@gnosis.pm/conditional-tokens-contracts/build/contracts/ConditionalTokens";
  static constexpr char kErc20[] = "@openzeppelin/contracts/build/contracts/ERC20PresetFixedSupply";
  static constexpr char kHowTo[] =
      "no local Ethereum chain: run tools/setup_evm (or name the program in UNDERROUND_ANVIL)";

  [[nodiscard]] std::string program() const { return program_.string(); }
  [[nodiscard]] Bytes init_code(const std::string& contract) const {
    simdjson::dom::parser parser;
    return parse_bytes(str(parser.load(artifact(contract).string())["bytecode"])).value();
  }

 private:
  [[nodiscard]] std::filesystem::path artifact(const std::string& contract) const {
    return packages_ / (contract + ".json");
  }
  std::filesystem::path program_, packages_;
};

class AnvilNode {
 public:
  AnvilNode(net::EventLoop& loop, const AnvilInstall& install) {
    const auto line = process_.start({install.program(), "--port", "0", "--chain-id", "137"}, kListening);
    if (!line) return;
    port_ = static_cast<std::uint16_t>(std::stoi(line->substr(line->find(kListening) + kListening.size())));
    http_.emplace(loop, net::HttpClientSettings{.base_url = url()});
  }

  [[nodiscard]] bool up() const { return port_ != 0; }
  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }

  // The program's own commands: anvil_mine and so on. Not through the client under test.
  void command(const std::string& method, const std::string& params = "[]") {
    net::HttpRequest q;
    q.method = "POST";
    q.headers = {{"Content-Type", "application/json"}};
    q.body = fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"{}","params":{}}})", method, params);
    const auto answer = http_->fetch(std::move(q), Nanos::from_seconds(10));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body.find("\"error\""), std::string::npos) << method << ": " << answer->body;
  }

 private:
  static constexpr std::string_view kListening = "Listening on 127.0.0.1:";
  ChildProcess process_;
  std::uint16_t port_ = 0;
  std::optional<net::HttpClient> http_;
};

}  // namespace underround::chain
