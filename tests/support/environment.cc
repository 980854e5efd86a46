#include "tests/support/environment.h"

#include <cstdlib>
#include <string_view>

namespace geo::tests {
namespace {

std::filesystem::path FromEnvironment(const char* variable, std::string_view beside_root) {
  const char* value = std::getenv(variable);
  if (value != nullptr && *value != '\0') return value;
  return SourceRoot().parent_path() / beside_root;
}

}  // namespace

std::filesystem::path DataDir() { return FromEnvironment("GEO_DATA_DIR", "shared/data"); }

std::filesystem::path CasesPath() { return FromEnvironment("GEO_CASES", "shared/cases"); }

bool FullTier() {
  const char* value = std::getenv("GEO_TEST_TIER");
  return value != nullptr && std::string_view(value) == "full";
}

}  // namespace geo::tests
