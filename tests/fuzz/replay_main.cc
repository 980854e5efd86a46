// Runs a fuzz target without libFuzzer: every committed seed as it is, then mutations of the seeds
// from a fixed generator, so that each run tries the same inputs.
//
//   <target>_replay CORPUS_DIR [MUTATIONS]      (default 20,000; 500,000 when GEO_TEST_TIER=full)
//
// When the target traps, the input is in the file that the message before the run names.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/environment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Generator = std::mt19937_64;

std::vector<std::string> ReadSeeds(const std::filesystem::path& corpus) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(corpus)) {
    for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return seeds;
}

std::size_t Below(Generator& generator, std::size_t bound) {
  return static_cast<std::size_t>(generator() % bound);
}

// One small change: the kinds that find the most in length-prefixed and textual formats.
void Mutate(std::string& input, const std::vector<std::string>& seeds, Generator& generator) {
  const std::size_t at = Below(generator, input.size() + 1);
  switch (Below(generator, 7)) {
    case 0:
      input.resize(at);
      return;
    case 1:
      input.insert(at, 1, static_cast<char>(generator()));
      return;
    case 2: {
      const std::string& other = seeds[Below(generator, seeds.size())];
      const std::size_t from = Below(generator, other.size() + 1);
      input = input.substr(0, at) + other.substr(from);
      return;
    }
    case 3:
      input.insert(at, input.substr(Below(generator, input.size() + 1), 16));
      return;
    default:
      break;
  }
  if (at == input.size()) return;
  static constexpr unsigned char kEdges[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '"', '\\', '0', '9'};
  switch (Below(generator, 3)) {
    case 0:
      input[at] = static_cast<char>(generator());
      return;
    case 1:
      input[at] = static_cast<char>(input[at] ^ (1 << Below(generator, 8)));
      return;
    default:
      input[at] = static_cast<char>(kEdges[Below(generator, std::size(kEdges))]);
  }
}

// The input that runs, kept on disk while it does: a trap leaves no time to write it.
class Reproducer {
 public:
  explicit Reproducer(std::string path)
      : path_(std::move(path)), file_(open(path_.c_str(), O_CREAT | O_RDWR | O_TRUNC, 0644)) {}
  ~Reproducer() {
    close(file_);
    std::filesystem::remove(path_);
  }
  Reproducer(const Reproducer&) = delete;
  Reproducer& operator=(const Reproducer&) = delete;

  bool Run(const std::string& input) const {
    const ssize_t written = pwrite(file_, input.data(), input.size(), 0);
    if (written < 0 || ftruncate(file_, written) != 0) return false;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    return true;
  }

 private:
  std::string path_;
  int file_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: %s CORPUS_DIR [MUTATIONS]\n", argv[0]);
    return 2;
  }
  std::vector<std::string> seeds = ReadSeeds(argv[1]);
  if (seeds.empty()) {
    std::fprintf(stderr, "no seeds in %s: commit at least one valid input\n", argv[1]);
    return 1;
  }
  const long mutations =
      argc == 3 ? std::strtol(argv[2], nullptr, 10) : geo::tests::TierCount(20'000L, 500'000L);

  const Reproducer reproducer(std::string(argv[0]) + ".input");
  std::printf("a failing input stays in %s.input\n", argv[0]);
  std::fflush(stdout);
  bool kept = true;
  for (const std::string& seed : seeds) kept = kept && reproducer.Run(seed);
  Generator generator(20240229);
  for (long i = 0; kept && i < mutations; ++i) {
    std::string input = seeds[Below(generator, seeds.size())];
    for (std::size_t n = 1 + Below(generator, 4); n > 0; --n) Mutate(input, seeds, generator);
    kept = reproducer.Run(input);
  }
  if (!kept) {
    std::fprintf(stderr, "cannot write %s.input\n", argv[0]);
    return 1;
  }
  std::printf("%zu seeds, %ld mutations\n", seeds.size(), mutations);
  return 0;
}
