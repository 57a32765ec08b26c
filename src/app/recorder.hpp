// Market data of several venues as it came: every frame with the time it was received, before anything has looked into
// it, into a folder of journal segments (journal/frame_codec.hpp). No engine, no books.
//   auto recorder = Recorder::start(loop, settings, [&](std::string why, bool failed) { loop.stop(); });   loop.run();
// In the folder: kStart, then the catalogue (kCondition) and symbols (kSymbol), frames (kFrame), and a kGap wherever
// continuity was lost: a disconnect, a resync, the recorder's own start. Markets found later are added when they are
// found. With a budget that makes old segments go, the catalogue is written again now and then, so that what is left
// can be read alone.
// Decoding follows only to tell the feed's watchdogs which market spoke.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "app/config.hpp"
#include "app/venue_urls.hpp"
#include "core/error.hpp"
#include "journal/segment_keeper.hpp"
#include "net/event_loop.hpp"

namespace underround {

struct RecorderSettings {
  VenueUrls urls;
  config::Config config;
  std::string proxy_url;
  std::filesystem::path folder;
  std::size_t segment_bytes = std::size_t{64} << 20;
  bool compress = false;
  std::uint64_t budget_bytes = 0;  // on disk; 0 = no limit
  bool stop_when_full = false;     // else the oldest segments go
};

struct RecorderHealth {
  std::uint64_t frames = 0, bytes = 0;  // written, heads included
  std::uint64_t gaps = 0, resyncs = 0, decode_errors = 0;
  std::uint64_t skipped = 0;  // frames longer than a segment: not kept, marked as a gap
  std::uint64_t markets = 0, connections = 0, connections_up = 0;
  Nanos oldest_silence{};  // of the connections that are up
  journal::JournalDisk disk;
};

class Recorder {
 public:
  // Why it has come to an end by itself; failed: the journal takes no more.
  using OnEnd = std::function<void(std::string why, bool failed)>;

  // Loads the catalogue (blocking) and connects. kRefused: another process writes to the folder.
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> start(net::EventLoop& loop, RecorderSettings settings,
                                                               OnEnd on_end);
  ~Recorder();  // stops
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  [[nodiscard]] RecorderHealth health() const;
  // Closes the sockets and the folder. health() stays.
  void stop();

 private:
  class Impl;
  explicit Recorder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround
