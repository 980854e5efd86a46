// The form of acceptance cases, geo-cases/1: which operations there are, what each takes and what
// may be expected of it. Nothing in a case is passed over: a member or value that is not in the
// tables here is an error in the case, and a case with an operation that is not is unsupported.
#ifndef GEO_TESTS_SCENARIO_FORMAT_H_
#define GEO_TESTS_SCENARIO_FORMAT_H_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace geo::scenario {

using Json = nlohmann::json;

// What is wrong, in words; nothing when all is well.
using Problem = std::optional<std::string>;

// What a member of a step or of its `expect` looks like.
enum class Shape {
  kAnything,  // checked by the library, perhaps meant to be refused
  kValue,     // the same; null is a value too, elsewhere a member that is null is not there
  kText,      // a string; amounts that a step sends are texts, right or wrong
  kDecimal,   // a string, compared as a number
  kInteger,
  kBoolean,
  kObject,
  kKeys,     // an object; those of its keys that are expected count
  kNames,    // an array of strings
  kNameSet,  // the same, in any order
  kCycles,   // an array of arrays of strings
  kRoutes,   // an array of [[name, name…], amount], in any order
  kErrors,   // "E001", or several joined with '|', perhaps with blanks around it
  kStep,
  kSteps,
};

struct Field {
  std::string_view name;
  Shape shape = Shape::kText;
  bool required = false;
};

// What is behind `expect`.
enum class Answer {
  kFields,  // an object of the operation's own fields
  kDebts,   // an array of [debtor, creditor, amount]: all there are
  kAmount,  // a decimal
  kNet,     // an object: a decimal for each name that is of interest
  kState,   // a string, or an object of the operation's own fields
};

struct Operation {
  std::string_view name;
  std::vector<Field> inputs;
  Answer answer = Answer::kFields;
  // Fields of `expect`. Besides them every operation knows `error`, and {"any": true}.
  std::vector<Field> expects;
};

// The operation of that name; null when there is none.
const Operation* FindOperation(std::string_view name);

// The shape of `field` in the `expect` of `operation`; nothing when it has no such field.
std::optional<Shape> ExpectedShape(const Operation& operation, std::string_view field);

// Whether files, cases, steps and vectors may have a member of that name, whatever it says.
bool IsRemark(std::string_view member);

// The codes in a Shape::kErrors.
std::vector<std::string_view> CodesOf(std::string_view errors);

// Reads a file of cases, without the members that are null. Errors, as a problem: not JSON, a key
// twice in one object, nesting deeper than 256, no object, another schema, unknown members, no case
// and no vectors at all.
Problem ReadCases(std::string_view text, Json& file);

// Checks a whole case, its steps and what they expect. Of an operation that nobody knows only the
// name can be seen.
Problem CheckCase(const Json& test_case);

// The step that `repeat` repeats, with what it is expected to do.
Json RepeatedStep(const Json& repeat);

// What keeps a case from being run as a whole: the names of operations that are not known, in order
// of appearance. The case must have passed CheckCase.
std::vector<std::string> Unsupported(const Json& test_case);

}  // namespace geo::scenario

#endif  // GEO_TESTS_SCENARIO_FORMAT_H_
