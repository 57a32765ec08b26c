// A local Ethereum virtual machine, as tools/setup_evm installs it: the anvil program and the code of contracts.
#pragma once

#include <string>

#include "core/error.hpp"

namespace underround::simulator {

struct EvmInstall {
  std::string program;                             // anvil
  std::string conditional_tokens, erc20, adapter;  // runtime code, 0x and hex
};

// First of: $UNDERROUND_EVM (the folder with node_modules in it), build/npm under the working directory, under the
// program's own folder and beside it. kNotFound says what to run.
[[nodiscard]] Result<EvmInstall> find_evm();

}  // namespace underround::simulator
