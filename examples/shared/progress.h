// A bar on a terminal's standard error; nothing anywhere else.
#ifndef GEO_EXAMPLES_SHARED_PROGRESS_H_
#define GEO_EXAMPLES_SHARED_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace geo::examples {

class Progress {
 public:
  // `total` is none when nobody knows.
  Progress(std::string what, std::optional<std::uint64_t> total);
  // Removes the bar.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // So many are done by now.
  void Show(std::uint64_t done);

 private:
  using Clock = std::chrono::steady_clock;

  bool on_terminal_;
  std::string what_;
  std::optional<std::uint64_t> total_;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point shown_{};
};

}  // namespace geo::examples

#endif  // GEO_EXAMPLES_SHARED_PROGRESS_H_
