// Members of steps and of messages.
#ifndef GEO_TESTS_SCENARIO_MEMBERS_H_
#define GEO_TESTS_SCENARIO_MEMBERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/crypto/json.h"
#include "tests/scenario/format.h"

namespace geo::scenario {

// The text of a member that is there and is one: the step has passed CheckCase.
std::string Text(const Json& step, const char* member);

// An integer that 32 bits hold without a sign; nothing for any other value.
std::optional<std::uint32_t> CountOf(const Json& value);

// Why these names cannot stand round a cycle: fewer than three, or one of them twice.
Problem CycleProblem(const std::vector<std::string>& names);

// The equivalent that the step names in `eq`.
StatusOr<EquivalentCode> Code(const Json& step);

// Puts `value` at the end of `path`, in objects within objects.
void SetMember(geo::Json& object, const std::vector<std::string>& path, const geo::Json& value);

}  // namespace geo::scenario

#endif  // GEO_TESTS_SCENARIO_MEMBERS_H_
