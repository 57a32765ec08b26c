// One file, or files that are read together, as frames in the order of their time.
#pragma once

#include <cstdint>

#include "backtest/import/import_target.hpp"

namespace underround::backtest {

class ImportSource {
 public:
  ImportSource() = default;
  ImportSource(const ImportSource&) = delete;
  ImportSource& operator=(const ImportSource&) = delete;
  virtual ~ImportSource() = default;
  // The next frame that has events; its time is not before that of the last one. False at the end. What is wrong with
  // single lines goes to the target's report; conditions and symbols of the frame are in the target when it returns.
  [[nodiscard]] virtual bool next(ImportFrame& frame) = 0;
  [[nodiscard]] virtual std::uint64_t bytes_done() const noexcept = 0;  // of the files, as they lie on the disk
};

}  // namespace underround::backtest
