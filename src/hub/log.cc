#include "geo/hub/log.h"

#include <array>

namespace geo {

std::string_view LogLevelName(LogLevel level) {
  static constexpr std::array<std::string_view, 3> kNames = {"info", "warning", "error"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string LogLine(const LogEntry& entry) {
  Json line(entry.fields);
  line.Set("event", entry.event);
  line.Set("level", LogLevelName(entry.level));
  line.Set("time", entry.time);
  StatusOr<std::string> text = CanonicalJson(line);
  if (text.ok()) return *std::move(text);
  Json bare{Json::Object()};
  bare.Set("event", entry.event);
  bare.Set("level", LogLevelName(entry.level));
  text = CanonicalJson(bare);
  return text.ok() ? *std::move(text) : "{}";
}

}  // namespace geo
