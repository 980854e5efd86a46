#include "tests/scenario/expectation.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/scenario/decimal.h"

namespace geo::scenario {
namespace {

std::string Mismatch(const std::string& what, const Json& expected, const Json& observed) {
  return what + " is " + observed.dump() + ", expected " + expected.dump();
}

bool SameNumber(const Json& expected, const Json& observed) {
  if (!expected.is_string() || !observed.is_string()) return false;
  const auto number = NormalDecimal(expected.get_ref<const std::string&>());
  return number.has_value() && number == NormalDecimal(observed.get_ref<const std::string&>());
}

// Amounts at the end of each entry as numbers, entries in any order.
std::multiset<Json> Normalized(const Json& entries) {
  std::multiset<Json> all;
  for (Json entry : entries) {
    const std::string text = entry.back();
    entry.back() = NormalDecimal(text).value_or("not a number: " + text);
    all.insert(std::move(entry));
  }
  return all;
}

std::multiset<Json> AsSet(const Json& items) { return {items.begin(), items.end()}; }

// A key of a policy or of what is known about an equivalent.
bool SameKey(const std::string& key, const Json& expected, const Json& observed) {
  if (key == "daily_limit" || key == "max_single_payment") {
    const bool integer = expected.is_number_integer();
    return expected == observed || SameNumber(integer ? Json(expected.dump()) : expected, observed);
  }
  const bool names = key == "blocked_participants" && expected.is_array();
  return names ? AsSet(expected) == AsSet(observed) : expected == observed;
}

bool SameKeys(const Json& expected, const Json& observed) {
  if (!observed.is_object()) return false;
  for (const auto& [key, value] : expected.items()) {
    if (!observed.contains(key) || !SameKey(key, value, observed[key])) return false;
  }
  return true;
}

bool Matches(Shape shape, const Json& expected, const Json& observed) {
  switch (shape) {
    case Shape::kDecimal:
      return SameNumber(expected, observed);
    case Shape::kRoutes:
      return observed.is_array() && Normalized(expected) == Normalized(observed);
    case Shape::kNameSet:
      return observed.is_array() && AsSet(expected) == AsSet(observed);
    case Shape::kKeys:
      return SameKeys(expected, observed);
    default:
      return expected == observed;
  }
}

// Whether `step` expects a refusal without naming its error: by a shortage, which only a refused
// prepare shows, or by another state than the one that a decision leads to.
bool TellsRefusal(const Json& step, const Json& expect, const Observed& observed) {
  if (!expect.is_object()) return false;
  if (expect.contains("ok")) return true;
  if (expect.contains("can_pay")) return observed.cannot_pay;
  if (step["op"] == "prepare") {
    return expect.contains("needed") || expect.contains("available") || expect.contains("reserved");
  }
  const bool commits = step["op"] == "commit";
  if (!commits && step["op"] != "abort") return false;
  return expect.contains("state") && expect["state"] != (commits ? "COMMITTED" : "ABORTED");
}

Problem CompareError(const Json& step, const Json& expect, const Observed& observed) {
  const bool object = expect.is_object();
  const Json expected = object && expect.contains("error") ? expect["error"] : Json();
  const std::string got =
      observed.error + (observed.message.empty() ? "" : " (" + observed.message + ")");
  if (expected.is_string()) {
    const std::string codes = expected;
    if (observed.error.empty()) return "succeeded, expected " + codes;
    const std::vector<std::string_view> accepted = CodesOf(codes);
    const bool named =
        std::find(accepted.begin(), accepted.end(), observed.error) != accepted.end();
    if (!named) return "got " + got + ", expected " + codes;
    return std::nullopt;
  }
  if (observed.error.empty() || TellsRefusal(step, expect, observed)) return std::nullopt;
  return "got " + got + ", expected success";
}

Problem CompareFields(const Json& expect, const Operation& operation, const Observed& observed) {
  for (const auto& [name, expected] : expect.items()) {
    const std::optional<Shape> shape = ExpectedShape(operation, name);
    if (!shape) continue;  // `error`
    const Json got = observed.answer.value(name, Json());
    if (!Matches(*shape, expected, got)) return Mismatch(name, expected, got);
  }
  return std::nullopt;
}

Problem CompareNet(const Json& expect, const Json& observed) {
  for (const auto& [name, expected] : expect.items()) {
    const Json got = observed.value(name, Json());
    if (!SameNumber(expected, got)) return Mismatch("net of " + name, expected, got);
  }
  return std::nullopt;
}

// A state by itself, or as a field.
Problem CompareState(const Json& expect, const Json& observed) {
  const Json expected = expect.is_object() ? expect.value("state", Json()) : expect;
  if (expected.is_null() || expected == observed) return std::nullopt;
  return Mismatch("state", expected, observed);
}

}  // namespace

Problem CompareWithExpectation(const Json& step, const Observed& observed) {
  if (!observed.failure.empty()) return observed.failure;
  const Json expect = step.value("expect", Json());
  if (expect == Json{{"any", true}}) return std::nullopt;
  if (const Problem problem = CompareError(step, expect, observed)) return problem;
  const Operation& operation = *FindOperation(step["op"].get_ref<const std::string&>());
  if (operation.answer == Answer::kFields) return CompareFields(expect, operation, observed);
  if (operation.answer == Answer::kState) return CompareState(expect, observed.answer);
  // Nothing else goes with an error here.
  if (expect.is_null() || !observed.error.empty()) return std::nullopt;
  if (operation.answer == Answer::kNet) return CompareNet(expect, observed.answer);
  const bool same = operation.answer == Answer::kDebts
                        ? Normalized(expect) == Normalized(observed.answer)
                        : SameNumber(expect, observed.answer);
  if (same) return std::nullopt;
  return Mismatch(operation.answer == Answer::kDebts ? "debts" : "sum", expect, observed.answer);
}

}  // namespace geo::scenario
