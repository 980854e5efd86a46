// geo_scenario: runs acceptance cases (format geo-cases/1) against the library, one line per case.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "tests/scenario/format.h"
#include "tests/scenario/runner.h"
#include "tests/support/environment.h"

namespace geo::scenario {
namespace {

// What ctest takes for "skipped".
constexpr int kSkipped = 77;

std::size_t Count(const std::vector<Result>& results, Outcome outcome) {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(),
                    [&](const Result& result) { return result.outcome == outcome; }));
}

std::vector<std::string> NotYet(const std::vector<Result>& results) {
  std::vector<std::string> ids;
  for (const Result& result : results) {
    if (result.outcome == Outcome::kUnsupported) ids.push_back(result.id);
  }
  return ids;
}

void PrintLine(const Result& result) {
  std::cout << result.id << ' ' << OutcomeName(result.outcome);
  if (!result.reason.empty()) std::cout << ' ' << result.reason;
  std::cout << std::endl;
}

void PrintSummary(const std::vector<Result>& results) {
  const std::vector<std::string> not_yet = NotYet(results);
  if (!not_yet.empty()) {
    std::cout << "not yet:";
    for (const std::string& id : not_yet) std::cout << ' ' << id;
    std::cout << '\n';
  }
  std::cout << Count(results, Outcome::kPass) << " passed, " << Count(results, Outcome::kFail)
            << " failed, " << not_yet.size() << " skipped" << std::endl;
}

void PrintJson(const std::vector<Result>& results) {
  Json cases = Json::array();
  for (const Result& result : results) {
    cases.push_back({{"file", result.file},
                     {"id", result.id},
                     {"outcome", OutcomeName(result.outcome)},
                     {"reason", result.reason}});
  }
  const Json object = {{"passed", Count(results, Outcome::kPass)},
                       {"failed", Count(results, Outcome::kFail)},
                       {"unsupported", Count(results, Outcome::kUnsupported)},
                       {"not_yet", NotYet(results)},
                       {"cases", std::move(cases)}};
  // Whatever bytes a wrong file holds, the output is JSON.
  std::cout << object.dump(2, ' ', false, Json::error_handler_t::replace) << std::endl;
}

// Everything at `path`; a line for each case unless `quiet`.
std::vector<Result> RunPath(const std::string& path, Stores stores, bool quiet) {
  std::vector<Result> results;
  const std::vector<std::filesystem::path> files = CaseFiles(path);
  if (files.empty()) results.push_back({path, path, Outcome::kFail, "holds no *.json"});
  for (const std::filesystem::path& file : files) {
    for (Result& result : RunFile(file, stores)) results.push_back(std::move(result));
  }
  if (!quiet) std::for_each(results.begin(), results.end(), PrintLine);
  return results;
}

struct Options {
  std::vector<std::string> files;
  std::string store = "both";
  bool json = false;
};

int Run(Options options) {
  if (options.files.empty()) {
    const std::filesystem::path cases = tests::CasesPath();
    if (!std::filesystem::exists(cases)) {
      std::cerr << "geo_scenario: skipped: there are no cases at " << cases.string()
                << "; name a file, or set GEO_CASES\n";
      return kSkipped;
    }
    options.files.push_back(cases.string());
  }
  const Stores stores = {options.store != "sqlite", options.store != "memory"};
  std::vector<Result> results;
  for (const std::string& name : options.files) {
    for (Result& result : RunPath(name, stores, options.json)) results.push_back(std::move(result));
  }
  options.json ? PrintJson(results) : PrintSummary(results);
  return Count(results, Outcome::kFail) > 0 ? 1 : 0;
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Runs acceptance cases (geo-cases/1), one line per case: id, pass, fail or "
      "unsupported, reason. Exit status 1 when any case failed.");
  app.add_flag("--json", options.json, "Print one JSON object instead");
  app.add_option("--store", options.store, "Where to play each case")
      ->check(CLI::IsMember({"memory", "sqlite", "both"}))
      ->capture_default_str();
  app.add_option("FILE", options.files,
                 "Files or folders of cases; else $GEO_CASES, or ../shared/cases");
  CLI11_PARSE(app, argc, argv);
  return Run(std::move(options));
}

}  // namespace
}  // namespace geo::scenario

int main(int argc, char** argv) { return geo::scenario::Main(argc, argv); }
