#include "geo/testing/crash_runner.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <random>

#include "src/testing/random.h"

namespace geo::testing {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

// Writes all of it; false when nobody listens.
bool WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno != EINTR) return false;
    if (wrote > 0) bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

// What `work` throws ends the child here: further out it would go on as a second parent.
[[noreturn]] void Child(const std::function<int(const Say& say)>& work, int to) noexcept {
  signal(SIGPIPE, SIG_IGN);
  const Say say = [to](std::string_view message) {
    const auto size = static_cast<std::uint32_t>(message.size());
    std::string framed(sizeof(size), '\0');
    std::memcpy(framed.data(), &size, sizeof(size));
    framed += message;
    if (message.size() > kMostBytes || !WriteAll(to, framed)) _exit(125);
  };
  _exit(work(say));
}

// Takes the first whole message out of what was read.
bool TakeMessage(std::string* bytes, std::vector<std::string>* messages) {
  std::uint32_t size = 0;
  if (bytes->size() < sizeof(size)) return false;
  std::memcpy(&size, bytes->data(), sizeof(size));
  if (bytes->size() < sizeof(size) + size) return false;
  messages->push_back(bytes->substr(sizeof(size), size));
  bytes->erase(0, sizeof(size) + size);
  return true;
}

// What a child says.
class Listener {
 public:
  explicit Listener(int from) : from_(from) {}

  // Listens until there are so many messages; false when the child says no more.
  bool Await(std::uint64_t count) {
    while (messages.size() < count) {
      if (TakeMessage(&bytes_, &messages)) continue;
      std::array<char, 65536> buffer;
      const ssize_t got = read(from_, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      bytes_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return true;
  }

  std::vector<std::string> messages;

 private:
  int from_;
  std::string bytes_;
};

void Sleep(Duration pause) {
  timespec left{static_cast<std::time_t>(pause / kSecond),
                static_cast<long>(pause % kSecond) * 1000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

}  // namespace

StatusOr<CrashRun> RunAndKill(const std::function<int(const Say& say)>& work,
                              std::uint64_t messages, Duration pause) {
  int ends[2];
  if (pipe(ends) != 0) return MakeError(ErrorCode::kInternal, "no pipe to be had");
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    Child(work, ends[1]);
  }
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    return MakeError(ErrorCode::kInternal, "no process to be had");
  }
  Listener listener(ends[0]);
  if (listener.Await(messages)) Sleep(pause);
  kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  listener.Await(~std::uint64_t{0});
  close(ends[0]);
  CrashRun run;
  run.messages = std::move(listener.messages);
  run.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  if (!run.killed) run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return run;
}

std::string RunCrashLoop(
    const CrashLoopOptions& options,
    const std::function<int(std::uint64_t round, const Say& say)>& work,
    const std::function<std::string(std::uint64_t round, const CrashRun& run)>& check) {
  std::mt19937_64 engine(options.seed);
  for (std::uint64_t round = 1; round <= options.rounds; ++round) {
    const std::uint64_t messages = RandomBelow(engine, options.most_messages + 1);
    const auto longest = static_cast<std::uint64_t>(std::max<Duration>(options.longest_pause, 0));
    const auto pause = static_cast<Duration>(RandomBelow(engine, longest + 1));
    const StatusOr<CrashRun> run =
        RunAndKill([&](const Say& say) { return work(round, say); }, messages, pause);
    std::string wrong;
    if (!run.ok()) {
      wrong = std::string(run.status().message());
    } else if (!run->killed) {
      wrong = "the child ended by itself, with " + std::to_string(run->exit_code);
    } else {
      wrong = check(round, *run);
    }
    if (!wrong.empty()) return "round " + std::to_string(round) + ": " + wrong;
  }
  return "";
}

}  // namespace geo::testing
