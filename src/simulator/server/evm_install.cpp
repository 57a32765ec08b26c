#include "simulator/server/evm_install.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "simulator/server/json_value.hpp"

namespace underround::simulator {
namespace {

namespace fs = std::filesystem;

// "deployedBytecode" of an artifact; "" when there is none.
std::string runtime_code(const fs::path& artifact) {
  std::ifstream file(artifact);
  std::stringstream text;
  text << file.rdbuf();
  const auto json = parse_json(text.str());
  return json ? std::string(json->text("deployedBytecode")) : std::string();
}

}  // namespace

Result<EvmInstall> find_evm() {
  std::vector<fs::path> places;
  if (const char* named = std::getenv("UNDERROUND_EVM")) places.emplace_back(named);
  places.emplace_back("build/npm");
  std::error_code ignored;
  const fs::path self = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  places.push_back(self / "npm");
  places.push_back(self / ".." / "npm");
  for (const fs::path& place : places) {
    const fs::path packages = place / "node_modules";
    EvmInstall found;
    found.program = (packages / "@foundry-rs/anvil-linux-amd64/bin/anvil").string();
    if (!fs::exists(found.program)) continue;
    found.conditional_tokens =
        runtime_code(packages / "@gnosis.pm/conditional-tokens-contracts/build/contracts/ConditionalTokens.json");
    found.erc20 = runtime_code(packages / "@openzeppelin/contracts/build/contracts/ERC20PresetFixedSupply.json");
    found.adapter = runtime_code(place / "CollateralAdapter.json");
    if (!found.conditional_tokens.empty() && !found.erc20.empty() && !found.adapter.empty()) return found;
  }
  return fail(ErrorCode::kNotFound,
              "no local Ethereum chain is installed; run tools/setup_evm, or name its folder in UNDERROUND_EVM");
}

}  // namespace underround::simulator
