// replay: how a credit network fares under a given sequence of payments. See replay --help.
//
// Exit status: 0; 1 when the replay failed, or the network as reopened is not the one that was
// closed; 2 for wrong flags.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "replay/flags.h"
#include "replay/replay.h"
#include "replay/report.h"
#include "shared/data.h"
#include "shared/files.h"

namespace geo::replay {
namespace {

Status Exists(const std::string& path, std::string_view advice) {
  return MakeError(ErrorCode::kInvalidArgument,
                   fmt::format("--store {}: is there already; {}", path, advice));
}

bool IsDatabase(const std::string& path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::array<char, kMagic.size()> begin{};
  std::ifstream file(path, std::ios::binary);
  file.read(begin.data(), begin.size());
  return std::string_view(begin.data(), static_cast<std::size_t>(file.gcount())) == kMagic;
}

// A replay founds its own network, so nothing may be where it goes.
Status CheckVacant(const std::string& path, bool overwrite) {
  std::error_code error;
  if (path.empty() || !std::filesystem::exists(path, error)) return OkStatus();
  if (!overwrite) return Exists(path, "take another path, or --overwrite to replace it");
  if (!IsDatabase(path)) return Exists(path, "it is no database, so it is not overwritten");
  return OkStatus();
}

Status Remove(const std::string& path) {
  for (std::string_view part : {"", "-wal", "-shm", ".lock"}) {
    std::error_code error;
    std::filesystem::remove(fmt::format("{}{}", path, part), error);
    if (error) return Exists(path, fmt::format("it cannot be removed: {}", error.message()));
  }
  return OkStatus();
}

StatusOr<Report> Run(const Flags& flags) {
  const std::string& path = flags.settings.store;
  if (Status status = CheckVacant(path, flags.overwrite); !status.ok()) return status;
  auto data = flags.data.empty() ? examples::GenerateData(flags.network, flags.trace)
                                 : examples::ReadData(flags.data);
  if (!data.ok()) return data.status();
  if (!path.empty() && flags.overwrite) {
    if (Status status = Remove(path); !status.ok()) return status;
  }
  return Replay(*std::move(data), flags.settings);
}

int Main(int argc, const char* const* argv) {
  const auto read = ReadFlags(argc, argv);
  if (const int* status = std::get_if<int>(&read)) return *status;
  const Flags& flags = std::get<Flags>(read);
  const auto report = Run(flags);
  Status status = report.status();
  if (status.ok()) {
    status = examples::WriteAnswer(flags.json ? AsJson(flags, *report) : AsText(flags, *report));
  }
  if (!status.ok()) {
    const auto message = status.message();
    fmt::print(stderr, "replay: {}: {}\n", ErrorName(ErrorCodeOf(status)),
               std::string_view(message.data(), message.size()));
    return 1;
  }
  if (report->digest_after == report->digest_reopened) return 0;
  fmt::print(stderr, "replay: the network as reopened is not the one that was closed\n");
  return 1;
}

}  // namespace
}  // namespace geo::replay

int main(int argc, char** argv) { return geo::replay::Main(argc, argv); }
