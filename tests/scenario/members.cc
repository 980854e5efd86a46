#include "tests/scenario/members.h"

#include <limits>
#include <set>
#include <span>
#include <utility>

namespace geo::scenario {
namespace {

void SetWithin(geo::Json& object, std::span<const std::string> path, const geo::Json& value) {
  if (path.size() == 1) {
    object.Set(path[0], value);
    return;
  }
  const geo::Json* found = object.Find(path[0]);
  geo::Json inner = found == nullptr ? geo::Json(geo::Json::Object()) : *found;
  SetWithin(inner, path.subspan(1), value);
  object.Set(path[0], std::move(inner));
}

}  // namespace

std::string Text(const Json& step, const char* member) { return step.at(member); }

std::optional<std::uint32_t> CountOf(const Json& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  const auto count = value.get<std::uint64_t>();
  if (count > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(count);
}

Problem CycleProblem(const std::vector<std::string>& names) {
  if (names.size() < 3) return "a cycle has three names or more";
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) return "a cycle has \"" + name + "\" twice";
  }
  return std::nullopt;
}

StatusOr<EquivalentCode> Code(const Json& step) { return EquivalentCode::Parse(Text(step, "eq")); }

void SetMember(geo::Json& object, const std::vector<std::string>& path, const geo::Json& value) {
  SetWithin(object, path, value);
}

}  // namespace geo::scenario
