// One recorded line or document -> the frames and market descriptions in it, recognised by its members.
//   frames as they were on the wire · {source, recv_*, payload} · {receivedAtMs, data} · {collector_ts, books} · {book}
//   "<time> <frame>" · Python repr · arrays of a collector's books or trades · market lists
// Pure; one DocumentReader per thread (it owns a parser).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"
#include "market/catalogue.hpp"

namespace underround::backtest {

struct RecordedFrame {
  std::string text;  // without padding
  Nanos received{};  // 0: neither the recorder nor the frame says
  std::string feed;  // "" = Polymarket market channel or REST book
  std::string type;  // as the recorder called it, when the text was rebuilt
};

enum class DocumentKind : std::uint8_t { kFrames, kMarkets, kEmpty, kNote, kBad };

class DocumentReader {
 public:
  DocumentReader();
  ~DocumentReader();

  // Appends to `frames` and `markets`. `stem`: the file's name without folders and endings; it names the market of
  // collectors that kept no ids. On kBad, `reason` says why; kNote is text that is not JSON.
  DocumentKind read(std::string_view document, std::string_view stem, std::vector<RecordedFrame>& frames,
                    std::vector<ConditionSpec>& markets, std::string& reason);

  // True when the text is complete JSON or Python repr by itself.
  [[nodiscard]] bool complete(std::string_view document);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// The market a file name stands for: "1h_btc_trades_1765450800down" -> key "1h_btc_1765450800", outcome 1.
struct NamedToken {
  std::string key;
  unsigned outcome = 0;
  [[nodiscard]] std::string market() const { return "capture:" + key; }
  [[nodiscard]] std::string token(unsigned which) const { return "capture:" + key + (which == 0 ? ":up" : ":down"); }
  [[nodiscard]] ConditionSpec spec() const;
};
[[nodiscard]] NamedToken named_token(std::string_view stem);

// Seconds, milli-, micro- or nanoseconds since the epoch, told apart by size. 0 for 0 and nonsense.
[[nodiscard]] Nanos epoch_time(std::int64_t value) noexcept;

// The venue's "timestamp" of a frame without parsing it; 0 when there is none.
[[nodiscard]] Nanos frame_time(std::string_view frame) noexcept;

}  // namespace underround::backtest
