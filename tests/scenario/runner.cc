#include "tests/scenario/runner.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "tests/scenario/expectation.h"
#include "tests/scenario/operations.h"
#include "tests/scenario/vectors.h"
#include "tests/scenario/world.h"
#include "tests/support/scratch.h"

namespace geo::scenario {
namespace {

constexpr std::uintmax_t kMostFileBytes = 256 << 20;

Problem ProblemOf(const std::string& where, const Status& status) {
  if (status.ok()) return std::nullopt;
  return where + ": " + std::string(ErrorName(ErrorCodeOf(status))) + ": " +
         std::string(status.message());
}

Problem RunStep(const Json& step, Operations& operations) {
  if (step["op"] != "repeat") return CompareWithExpectation(step, operations.Run(step));
  if (step["n"] < 1 || step["n"] > kMostRepeats) return "n is not 1 to 100000";
  const Json inner = RepeatedStep(step);
  if (inner["op"] == "repeat") return "a repeated step repeats nothing itself";
  const int n = step["n"];
  for (int i = 1; i <= n; ++i) {
    if (const Problem problem = RunStep(operations.WithFreshIds(inner), operations)) {
      return "time " + std::to_string(i) + ": " + inner["op"].get<std::string>() + ": " + *problem;
    }
  }
  return std::nullopt;
}

Problem RunSteps(const Json& steps, Operations& operations) {
  std::size_t number = 0;
  for (const Json& step : steps) {
    ++number;
    if (const Problem problem = RunStep(step, operations)) {
      return "step " + std::to_string(number) + ": " + step["op"].get<std::string>() + ": " +
             *problem;
    }
  }
  return std::nullopt;
}

// Closes the hub, opens it again and looks whether everything is still there.
Problem CompareAfterReopening(World& world, const std::vector<TxId>& committed) {
  const Kept before = world.Keep();
  if (const Problem problem = ProblemOf("reopening", world.Reopen())) return problem;
  if (const Problem problem = Difference(before, world.Keep())) return "reopening: " + *problem;
  for (const TxId& id : committed) {
    const StatusOr<std::optional<Transaction>> found = world.hub().FindTransaction(id);
    if (!found.ok()) return ProblemOf("reopening", found.status());
    if (!found->has_value() || (*found)->state != TransactionState::kCommitted) {
      return "reopening: transaction " + std::string(id.text()) + " is gone";
    }
  }
  return std::nullopt;
}

Problem RunCase(const Json& test_case, const StoreFactory& store, bool reopen) {
  const StatusOr<std::unique_ptr<World>> world = World::Found(store, test_case);
  if (!world.ok()) return ProblemOf("setting up", world.status());
  Operations operations(**world);
  if (const Problem problem = RunSteps(test_case["steps"], operations)) return problem;
  if ((*world)->tampered()) return ProblemOf("closing", (*world)->hub().Close());
  const Status positions = (*world)->view().ledger().CheckPositions();
  if (const Problem problem = ProblemOf("net positions", positions)) return problem;
  const Status reservations = (*world)->view().ledger().CheckReservations();
  if (const Problem problem = ProblemOf("reservations", reservations)) return problem;
  if (reopen) {
    const Problem problem = CompareAfterReopening(**world, operations.committed());
    if (problem) return problem;
  }
  return ProblemOf("closing", (*world)->hub().Close());
}

Problem RunOnStores(const Json& test_case, Stores stores) {
  if (stores.memory) {
    const auto medium = std::make_shared<MemoryMedium>();
    const StoreFactory store = [medium] { return NewMemoryStore(medium); };
    if (const Problem problem = RunCase(test_case, store, false)) return problem;
  }
  if (!stores.sqlite) return std::nullopt;
  const tests::Scratch folder;
  const StoreFactory store = [&] { return NewSqliteStore(folder.File("case.db")); };
  const Problem problem = RunCase(test_case, store, true);
  if (problem && stores.memory) return "on SQLite only: " + *problem;
  return problem;
}

// The text of a member, or `otherwise` when it has none.
std::string TextOr(const Json& test_case, const char* member, const char* otherwise) {
  if (!test_case.is_object() || !test_case.contains(member)) return otherwise;
  return test_case[member].is_string() ? test_case[member].get<std::string>() : otherwise;
}

Result Judge(const Json& test_case, const Json& vectors, Stores stores) {
  Result result;
  result.id = TextOr(test_case, "id", "?");
  Problem problem = CheckCase(test_case);
  if (problem) {
    result.reason = "not in the format: " + *problem;
    return result;
  }
  for (const std::string& name : Unsupported(test_case)) {
    result.outcome = Outcome::kUnsupported;
    result.reason += (result.reason.empty() ? "" : ", ") + name;
  }
  if (result.outcome == Outcome::kUnsupported) return result;
  problem = test_case.contains("vectors") ? CheckVectors(vectors, test_case["vectors"])
                                          : RunOnStores(test_case, stores);
  result.outcome = problem ? Outcome::kFail : Outcome::kPass;
  result.reason = problem.value_or("");
  return result;
}

// As Judge; whatever is thrown on the way is a failure of this case alone.
Result JudgeSafely(const Json& test_case, const Json& vectors, Stores stores) {
  try {
    return Judge(test_case, vectors, stores);
  } catch (const std::exception& thrown) {
    Result result;
    result.id = TextOr(test_case, "id", "?");
    result.reason = std::string("exception: ") + thrown.what();
    return result;
  }
}

std::optional<std::string> ReadFile(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  if (std::filesystem::file_size(file, error) > kMostFileBytes) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

std::vector<Result> RunCases(const Json& file, Stores stores) {
  const Json vectors = file.value("vectors", Json::object());
  std::vector<Result> results;
  std::set<std::string> ids;
  std::set<std::string> groups;
  const Json cases = file.value("cases", Json::array());
  for (const Json& test_case : cases) {
    Result result = JudgeSafely(test_case, vectors, stores);
    if (!ids.insert(result.id).second) {
      result.outcome = Outcome::kFail;
      result.reason = "there is an earlier case of this id";
    }
    groups.insert(TextOr(test_case, "vectors", ""));
    results.push_back(std::move(result));
  }
  for (const auto& [group, list] : vectors.items()) {
    if (groups.count(group) > 0) continue;
    const Json test_case = {{"id", "vectors/" + group}, {"vectors", group}};
    results.push_back(JudgeSafely(test_case, vectors, stores));
  }
  return results;
}

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "pass";
    case Outcome::kFail:
      return "fail";
    case Outcome::kUnsupported:
      return "unsupported";
  }
  return "";
}

std::vector<Result> RunFile(const std::filesystem::path& file, Stores stores) {
  std::vector<Result> results;
  const std::optional<std::string> text = ReadFile(file);
  Json cases;
  const Problem problem =
      text ? ReadCases(*text, cases) : "cannot be read, or is larger than 256 MiB";
  if (problem) {
    Result result;
    result.id = file.filename().string();
    result.reason = "not in the format: " + *problem;
    results.push_back(std::move(result));
  } else {
    results = RunCases(cases, stores);
  }
  for (Result& result : results) {
    result.file = file.string();
    for (std::string* text : {&result.id, &result.reason}) {
      std::replace_if(
          text->begin(), text->end(), [](char c) { return static_cast<unsigned char>(c) < ' '; },
          ' ');
    }
  }
  return results;
}

std::vector<std::filesystem::path> CaseFiles(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return {path};
  std::vector<std::filesystem::path> files;
  const std::filesystem::directory_iterator end;
  for (std::filesystem::directory_iterator at(path, error); !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".json") files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace geo::scenario
