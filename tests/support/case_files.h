// The acceptance case files, as JSON.
#ifndef GEO_TESTS_SUPPORT_CASE_FILES_H_
#define GEO_TESTS_SUPPORT_CASE_FILES_H_

#include <nlohmann/json.hpp>
#include <vector>

#include "geo/base/status.h"

namespace geo::tests {

// The files at CasesPath(), in the order of their names. Empty when there are none; throws what
// nlohmann-json throws when one is not JSON.
std::vector<nlohmann::json> ReadCaseFiles();

// The entries of `vectors[name]` of all case files.
std::vector<nlohmann::json> CaseVectors(const char* name);

// Whether `status` is what a step that checks one value expects: by its `error`, one code or
// several joined with '|', or by its `ok`; success when it names neither.
bool IsAsExpected(const nlohmann::json& step, const Status& status);

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_CASE_FILES_H_
