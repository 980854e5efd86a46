// Runs files of cases and tells what came of each.
#ifndef GEO_TESTS_SCENARIO_RUNNER_H_
#define GEO_TESTS_SCENARIO_RUNNER_H_

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/scenario/format.h"

namespace geo::scenario {

enum class Outcome {
  kPass,         // every step was run and is as expected, on every store asked for
  kFail,         // something is not; or the case is not in the format
  kUnsupported,  // the case is in the format, but for operations that nobody knows
};

// "pass", "fail" or "unsupported".
std::string_view OutcomeName(Outcome outcome);

struct Result {
  std::string file;
  std::string id;  // of the case; the file's name when the file itself is wrong
  Outcome outcome = Outcome::kFail;
  std::string reason;  // one line; empty for kPass
};

// Where cases are played. On SQLite each case also closes its hub, opens it again and compares.
struct Stores {
  bool memory = true;
  bool sqlite = true;
};

// Every case of one file, in order, and every group of vectors that no case asks for. A file that
// cannot be read or is not in the format gives one failed result.
std::vector<Result> RunFile(const std::filesystem::path& file, Stores stores);

// `path` itself, or the *.json in it, sorted, when it is a folder.
std::vector<std::filesystem::path> CaseFiles(const std::filesystem::path& path);

}  // namespace geo::scenario

#endif  // GEO_TESTS_SCENARIO_RUNNER_H_
