#include "shared/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace geo::examples {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr std::size_t kWidth = 30;
constexpr char kBackAndClear[] = "\r\x1b[K";

}  // namespace

Progress::Progress(std::string what, std::optional<std::uint64_t> total)
    : on_terminal_(isatty(STDERR_FILENO) != 0), what_(std::move(what)), total_(total) {}

Progress::~Progress() {
  if (on_terminal_) fmt::print(stderr, kBackAndClear);
}

void Progress::Show(std::uint64_t done) {
  const Clock::time_point now = Clock::now();
  if (!on_terminal_ || now - shown_ < kInterval) return;
  shown_ = now;
  std::string bar;
  if (total_.has_value() && *total_ > 0) {
    const auto filled = static_cast<std::size_t>(done * kWidth / *total_);
    bar = "[" + std::string(filled, '#') + std::string(kWidth - filled, '.') + "] ";
  }
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  fmt::print(stderr, "{}{} {}{} ({:.0f} per second)", kBackAndClear, what_, bar, done,
             seconds > 0 ? static_cast<double>(done) / seconds : 0);
  std::fflush(stderr);
}

}  // namespace geo::examples
