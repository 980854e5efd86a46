#include "tests/scenario/format.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "tests/scenario/decimal.h"

namespace geo::scenario {
namespace {

constexpr std::string_view kSchema = "geo-cases/1";

// Deep enough for values that canonical JSON must refuse; the checks below recurse.
constexpr int kMostNesting = 256;

std::string InQuotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

bool AllStrings(const Json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
}

bool IsDecimal(const Json& value) {
  return value.is_string() && NormalDecimal(value.get_ref<const std::string&>()).has_value();
}

bool IsRoute(const Json& value) {
  return value.is_array() && value.size() == 2 && AllStrings(value[0]) && value[1].is_string();
}

bool IsCode(std::string_view code) {
  if (code == "E010") return true;
  return code.size() == 4 && code.starts_with("E00") && code[3] >= '1' && code[3] <= '9';
}

// E001 to E010, one or several.
bool AreErrors(const Json& value) {
  if (!value.is_string()) return false;
  const std::vector<std::string_view> codes = CodesOf(value.get_ref<const std::string&>());
  return std::all_of(codes.begin(), codes.end(), IsCode);
}

template <typename Predicate>
bool Each(const Json& value, Predicate predicate) {
  return value.is_array() && std::all_of(value.begin(), value.end(), predicate);
}

bool HasShape(const Json& value, Shape shape) {
  switch (shape) {
    case Shape::kAnything:
    case Shape::kValue:
      return true;
    case Shape::kText:
      return value.is_string();
    case Shape::kDecimal:
      return IsDecimal(value);
    case Shape::kInteger:
      return value.is_number_integer();
    case Shape::kBoolean:
      return value.is_boolean();
    case Shape::kObject:
    case Shape::kKeys:
    case Shape::kStep:
      return value.is_object();
    case Shape::kNames:
    case Shape::kNameSet:
      return AllStrings(value);
    case Shape::kCycles:
      return Each(value, AllStrings);
    case Shape::kRoutes:
      return Each(value, IsRoute);
    case Shape::kErrors:
      return AreErrors(value);
    case Shape::kSteps:
      return Each(value, [](const Json& step) { return step.is_object(); });
  }
  return false;
}

std::string_view ShapeName(Shape shape) {
  switch (shape) {
    case Shape::kAnything:
    case Shape::kValue:
      return "anything";
    case Shape::kText:
      return "a string";
    case Shape::kDecimal:
      return "a decimal in a string";
    case Shape::kInteger:
      return "an integer";
    case Shape::kBoolean:
      return "true or false";
    case Shape::kObject:
    case Shape::kKeys:
      return "an object";
    case Shape::kNames:
    case Shape::kNameSet:
      return "an array of names";
    case Shape::kCycles:
      return "an array of arrays of names";
    case Shape::kRoutes:
      return "an array of [[names], amount]";
    case Shape::kErrors:
      return "E001 to E010, joined with |";
    case Shape::kStep:
      return "a step";
    case Shape::kSteps:
      return "an array of steps";
  }
  return "";
}

// What files, cases, steps and vectors may say about themselves.
constexpr std::array<std::string_view, 6> kRemarks = {"note",   "why",     "desc",
                                                      "source", "comment", "tags"};

std::vector<Field> WithRemarks(std::vector<Field> fields) {
  for (const std::string_view remark : kRemarks) fields.push_back({remark, Shape::kAnything});
  return fields;
}

std::vector<Field> FileFields() {
  return WithRemarks({{"schema", Shape::kText},
                      {"conventions", Shape::kObject},
                      {"cases", Shape::kAnything},
                      {"vectors", Shape::kObject}});
}

// Of a case that is played, or that asks for vectors.
std::vector<Field> CaseFields(bool vectors) {
  std::vector<Field> fields = WithRemarks({{"id", Shape::kText, true},
                                           {"title", Shape::kText},
                                           {"basis", Shape::kText},
                                           {"group", Shape::kText}});
  if (vectors) {
    fields.push_back({"vectors", Shape::kText, true});
    return fields;
  }
  fields.insert(fields.end(), {{"eq", Shape::kObject},
                               {"parts", Shape::kNames},
                               {"lines", Shape::kAnything},
                               {"debts", Shape::kAnything},
                               {"locks", Shape::kAnything},
                               {"steps", Shape::kSteps, true}});
  return fields;
}

std::vector<Field> StepFields(const Operation& operation) {
  std::vector<Field> fields = operation.inputs;
  fields.push_back({"op", Shape::kText, true});
  fields.push_back({"expect", Shape::kAnything});
  return WithRemarks(std::move(fields));
}

// Whether `object` has the required ones of `fields`, all in their shape, and nothing else.
Problem CheckFields(const Json& object, const std::vector<Field>& fields) {
  if (!object.is_object()) return "is not an object";
  for (const auto& [key, value] : object.items()) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&name = key](const Field& f) { return f.name == name; });
    if (field == fields.end()) return "unknown field " + InQuotes(key);
    if (!HasShape(value, field->shape)) {
      return InQuotes(key) + " is " + value.dump() + "; it takes " +
             std::string(ShapeName(field->shape));
    }
  }
  for (const Field& field : fields) {
    if (field.required && !object.contains(field.name)) {
      return "field " + InQuotes(field.name) + " is missing";
    }
  }
  return std::nullopt;
}

bool IsDebt(const Json& value) {
  return value.is_array() && value.size() == 3 && value[0].is_string() && value[1].is_string() &&
         IsDecimal(value[2]);
}

// {"any": true} or {"error": …}, which may be expected of every operation.
bool IsOutcome(const Json& expect) {
  if (!expect.is_object() || expect.size() != 1) return false;
  const auto member = expect.begin();
  if (member.key() == "any") return member.value() == true;
  return member.key() == "error" && AreErrors(member.value());
}

std::vector<Field> FieldsOf(const Operation& operation) {
  std::vector<Field> fields = operation.expects;
  fields.push_back({"error", Shape::kErrors});
  return fields;
}

Problem CheckExpect(const Json& expect, const Operation& operation) {
  if (IsOutcome(expect)) return std::nullopt;
  switch (operation.answer) {
    case Answer::kFields:
      return CheckFields(expect, FieldsOf(operation));
    case Answer::kDebts:
      if (Each(expect, IsDebt)) return std::nullopt;
      return "is " + expect.dump() + "; it takes an array of [debtor, creditor, amount]";
    case Answer::kAmount:
      if (IsDecimal(expect)) return std::nullopt;
      return "is " + expect.dump() + "; it takes a decimal in a string";
    case Answer::kNet:
      if (expect.is_object() && std::all_of(expect.begin(), expect.end(), IsDecimal)) {
        return std::nullopt;
      }
      return "is " + expect.dump() + "; it takes an object of decimals by name";
    case Answer::kState:
      return expect.is_string() ? std::nullopt : CheckFields(expect, FieldsOf(operation));
  }
  return std::nullopt;
}

Problem CheckSteps(const Json& steps, const std::string& where);

// What a repetition expects, its step is expected to do each time.
Problem CheckRepeat(const Json& step) {
  if (step.contains("expect") && step["step"].contains("expect")) {
    return "repeat: expects something, and its step too";
  }
  return CheckSteps(Json::array({RepeatedStep(step)}), "repeat ");
}

Problem CheckStep(const Json& step) {
  if (!step.is_object() || !step.contains("op") || !step["op"].is_string()) {
    return "has no \"op\"";
  }
  const std::string name = step["op"];
  const Operation* operation = FindOperation(name);
  if (operation == nullptr) return std::nullopt;  // the case is unsupported; see Unsupported
  if (const Problem problem = CheckFields(step, StepFields(*operation))) {
    return name + ": " + *problem;
  }
  if (name == "repeat") return CheckRepeat(step);
  if (step.contains("expect")) {
    const Problem problem = CheckExpect(step["expect"], *operation);
    if (problem) return name + ": expect: " + *problem;
  }
  if (step.contains("step")) return CheckSteps(Json::array({step["step"]}), name + " ");
  if (step.contains("steps")) return CheckSteps(step["steps"], name + " ");
  return std::nullopt;
}

Problem CheckSteps(const Json& steps, const std::string& where) {
  std::size_t number = 0;
  for (const Json& step : steps) {
    ++number;
    if (const Problem problem = CheckStep(step)) {
      return where + "step " + std::to_string(number) + ": " + *problem;
    }
  }
  return std::nullopt;
}

// The options of an opening line: its status, and policy keys, which are the library's to judge.
bool AreLineOptions(const Json& options) {
  static const std::set<Json> kStatuses = {"active", "frozen", "closed"};
  return options.is_object() &&
         (!options.contains("status") || kStatuses.count(options["status"]) > 0);
}

bool IsLine(const Json& line) {
  return line.is_array() && (line.size() == 4 || (line.size() == 5 && AreLineOptions(line[4]))) &&
         std::all_of(line.begin(), line.begin() + 4, [](const Json& v) { return v.is_string(); });
}

Problem CheckSetup(const Json& test_case) {
  const Json equivalents = test_case.value("eq", Json::object());
  for (const auto& [code, precision] : equivalents.items()) {
    if (!precision.is_number_integer()) return "eq: the precision of " + code + " is no integer";
  }
  std::set<std::string> names;
  for (const Json& name : test_case.value("parts", Json::array())) {
    if (!names.insert(name).second) return "parts: " + name.dump() + " is there twice";
  }
  for (const Json& line : test_case.value("lines", Json::array())) {
    if (IsLine(line)) continue;
    return "lines: " + line.dump() +
           "; a line is [creditor, debtor, equivalent, limit, {status: active|frozen|closed, "
           "policy keys}?]";
  }
  for (const Json& debt : test_case.value("debts", Json::array())) {
    if (AllStrings(debt) && debt.size() == 4) continue;
    return "debts: " + debt.dump() + "; a debt is [debtor, creditor, equivalent, amount]";
  }
  for (const Json& lock : test_case.value("locks", Json::array())) {
    const Problem problem = CheckFields(lock, {{"from", Shape::kText, true},
                                               {"to", Shape::kText, true},
                                               {"eq", Shape::kText, true},
                                               {"amount", Shape::kText, true},
                                               {"ttl_s", Shape::kInteger, true}});
    if (problem) return "locks: " + *problem;
  }
  return std::nullopt;
}

bool IsArray(const Json& object, const char* member) {
  return !object.contains(member) || object[member].is_array();
}

// Takes out the members that are null and would mean the same if they were not there.
void DropNulls(Json& object, const std::vector<Field>& fields) {
  if (!object.is_object()) return;
  for (const Field& field : fields) {
    const auto member = object.find(field.name);
    if (member == object.end() || !member->is_null()) continue;
    if (field.shape != Shape::kValue) object.erase(member);
  }
}

void DropFromStep(Json& step) {
  const Json name = step.is_object() ? step.value("op", Json()) : Json();
  const Operation* operation = name.is_string() ? FindOperation(name.get<std::string>()) : nullptr;
  if (operation == nullptr) return;
  DropNulls(step, StepFields(*operation));
  if (step.contains("expect")) DropNulls(step["expect"], {{"error", Shape::kErrors}});
  if (step.contains("step")) DropFromStep(step["step"]);
  if (!step.contains("steps")) return;
  std::for_each(step["steps"].begin(), step["steps"].end(), DropFromStep);
}

void DropFromCase(Json& test_case) {
  DropNulls(test_case, CaseFields(true));
  DropNulls(test_case, CaseFields(false));
  if (!test_case.is_object() || !test_case.contains("steps")) return;
  std::for_each(test_case["steps"].begin(), test_case["steps"].end(), DropFromStep);
}

void CollectUnsupported(const Json& step, std::vector<std::string>& names) {
  std::string name = step["op"];
  const Operation* operation = FindOperation(name);
  if (operation == nullptr) name = "unknown operation " + InQuotes(name);
  const bool seen = std::find(names.begin(), names.end(), name) != names.end();
  if (operation == nullptr && !seen) names.push_back(name);
  if (operation == nullptr) return;
  if (step.contains("step")) CollectUnsupported(step["step"], names);
  for (const Json& inner : step.value("steps", Json::array())) CollectUnsupported(inner, names);
}

}  // namespace

bool IsRemark(std::string_view member) {
  return std::find(kRemarks.begin(), kRemarks.end(), member) != kRemarks.end();
}

std::vector<std::string_view> CodesOf(std::string_view errors) {
  std::vector<std::string_view> codes;
  for (;;) {
    const std::size_t end = errors.find('|');
    std::string_view code = errors.substr(0, end);
    while (code.starts_with(' ')) code.remove_prefix(1);
    while (code.ends_with(' ')) code.remove_suffix(1);
    codes.push_back(code);
    if (end == std::string_view::npos) return codes;
    errors.remove_prefix(end + 1);
  }
}

Json RepeatedStep(const Json& repeat) {
  Json step = repeat["step"];
  if (repeat.contains("expect")) step["expect"] = repeat["expect"];
  return step;
}

std::optional<Shape> ExpectedShape(const Operation& operation, std::string_view field) {
  for (const Field& known : operation.expects) {
    if (known.name == field) return known.shape;
  }
  return std::nullopt;
}

Problem ReadCases(std::string_view text, Json& file) {
  std::vector<std::set<std::string>> open;  // the keys of the objects being read
  std::string twice;
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    too_deep = too_deep || depth > kMostNesting;
    if (too_deep) return false;
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(parsed).second) twice = parsed;
    return true;
  };
  file = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (too_deep) return "nested deeper than " + std::to_string(kMostNesting);
  if (file.is_discarded()) return "not JSON";
  if (!twice.empty()) return "key " + InQuotes(twice) + " twice in one object";
  DropNulls(file, FileFields());
  if (const Problem problem = CheckFields(file, FileFields())) return problem;
  if (file.value("schema", kSchema) != kSchema) {
    return "schema is " + file["schema"].dump() + "; only " + std::string(kSchema) + " is known";
  }
  if (!IsArray(file, "cases")) return "\"cases\" is not an array";
  const bool vectors = !file.value("vectors", Json::object()).empty();
  if (!vectors && file.value("cases", Json::array()).empty()) {
    return "\"cases\" holds no case, and there are no vectors";
  }
  if (file.contains("cases"))
    std::for_each(file["cases"].begin(), file["cases"].end(), DropFromCase);
  return std::nullopt;
}

Problem CheckCase(const Json& test_case) {
  const bool vectors = test_case.is_object() && test_case.contains("vectors");
  if (const Problem problem = CheckFields(test_case, CaseFields(vectors))) return problem;
  if (vectors) return std::nullopt;
  for (const char* list : {"lines", "debts", "locks"}) {
    if (!IsArray(test_case, list)) return InQuotes(list) + " is not an array";
  }
  if (test_case["steps"].empty()) return "there are no steps: nothing would be checked";
  if (const Problem problem = CheckSetup(test_case)) return problem;
  return CheckSteps(test_case["steps"], "");
}

std::vector<std::string> Unsupported(const Json& test_case) {
  std::vector<std::string> names;
  for (const Json& step : test_case.value("steps", Json::array())) CollectUnsupported(step, names);
  return names;
}

}  // namespace geo::scenario
