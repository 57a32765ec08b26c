// A real Ethereum virtual machine for tests: the `anvil` program on a free port of this machine, and contract
// artifacts, both from npm packages when somebody has installed them (README). Tests only.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

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
    for (const fs::path& npm : {fs::path(UNDERROUND_BINARY_DIR "/npm"), fs::path(UNDERROUND_SOURCE_DIR "/build/npm")}) {
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
      "no anvil: npm install --prefix build/npm @foundry-rs/anvil@1.7.1 @gnosis.pm/conditional-tokens-contracts@1.0.3 "
      "@openzeppelin/contracts@4.9.6   (or name the program in UNDERROUND_ANVIL)";

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
    int out[2];
    if (pipe(out) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    std::string program = install.program();
    char port[] = "--port", any[] = "0", chain[] = "--chain-id", id[] = "137";
    char* arguments[] = {program.data(), port, any, chain, id, nullptr};
    const int spawned = posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    output_ = out[0];
    if (spawned != 0) pid_ = 0;
    read_port();
    if (port_ != 0) http_.emplace(loop, net::HttpClientSettings{.base_url = url()});
  }
  ~AnvilNode() {
    if (pid_ != 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    if (drain_.joinable()) drain_.join();
    if (output_ >= 0) close(output_);
  }
  AnvilNode(const AnvilNode&) = delete;
  AnvilNode& operator=(const AnvilNode&) = delete;

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
  void read_port() {  // "Listening on 127.0.0.1:38761"
    constexpr std::string_view kWords = "Listening on 127.0.0.1:";
    std::string text;
    char buffer[512];
    for (;;) {
      const ssize_t got = read(output_, buffer, sizeof buffer);
      if (got <= 0) return;
      text.append(buffer, static_cast<std::size_t>(got));
      const std::size_t at = text.find(kWords);
      if (at == std::string::npos || text.find('\n', at) == std::string::npos) continue;
      port_ = static_cast<std::uint16_t>(std::stoi(text.substr(at + kWords.size())));
      // It logs every request; unread, the pipe would fill and the program stop.
      drain_ = std::thread([from = output_] {
        char unread[4096];
        while (read(from, unread, sizeof unread) > 0) continue;
      });
      return;
    }
  }

  pid_t pid_ = 0;
  int output_ = -1;
  std::thread drain_;
  std::uint16_t port_ = 0;
  std::optional<net::HttpClient> http_;
};

}  // namespace underround::chain
