// The operations of geo-cases/1, one entry each.

#include <algorithm>

#include "tests/scenario/format.h"

namespace geo::scenario {
namespace {

constexpr bool kRequired = true;

std::vector<Field> LineInputs(std::initializer_list<Field> own) {
  std::vector<Field> fields = {{"owner", Shape::kText, kRequired}, {"to", Shape::kText, kRequired},
                               {"eq", Shape::kText, kRequired},    {"actor", Shape::kText},
                               {"bad_sig", Shape::kBoolean},       {"save_as", Shape::kText}};
  fields.insert(fields.end(), own);
  return fields;
}

const std::vector<Field>& LineExpects() {
  static const std::vector<Field> kFields = {{"status", Shape::kText},
                                             {"limit", Shape::kDecimal},
                                             {"used", Shape::kDecimal},
                                             {"available", Shape::kDecimal}};
  return kFields;
}

std::vector<Operation> PaymentOperations() {
  const Field from = {"from", Shape::kText, kRequired};
  const Field to = {"to", Shape::kText, kRequired};
  const Field eq = {"eq", Shape::kText, kRequired};
  const Field amount = {"amount", Shape::kText, kRequired};
  return {{"pay",
           {from,
            to,
            eq,
            amount,
            {"tx_id", Shape::kText},
            {"avoid", Shape::kNames},
            {"max_hops", Shape::kInteger},
            {"max_paths", Shape::kInteger},
            {"signer", Shape::kText}},
           Answer::kFields,
           {{"status", Shape::kText}, {"routes", Shape::kRoutes}, {"routes_n", Shape::kInteger}}},
          {"capacity", {from, to, eq, amount}, Answer::kFields, {{"can_pay", Shape::kBoolean}}},
          {"max_flow", {from, to, eq}, Answer::kFields, {{"max_amount", Shape::kDecimal}}},
          {"debts", {eq}, Answer::kDebts, {}},
          {"debt_total", {eq}, Answer::kAmount, {}},
          {"net", {eq}, Answer::kNet, {}},
          {"balance",
           {{"of", Shape::kText, kRequired}, eq},
           Answer::kFields,
           {{"total_debt", Shape::kDecimal},
            {"total_credit", Shape::kDecimal},
            {"net_balance", Shape::kDecimal},
            {"available_to_spend", Shape::kDecimal},
            {"available_to_receive", Shape::kDecimal}}}};
}

std::vector<Operation> TrustOperations() {
  const Field limit = {"limit", Shape::kText};
  const Field policy = {"policy", Shape::kAnything};
  return {{"line_create", LineInputs({limit, policy}), Answer::kFields, LineExpects()},
          {"line_update", LineInputs({limit, policy}), Answer::kFields, LineExpects()},
          {"line_close", LineInputs({}), Answer::kFields, LineExpects()},
          {"replay", {{"of", Shape::kText, kRequired}}, Answer::kFields, {}},
          {"set_status",
           {{"who", Shape::kText, kRequired}, {"status", Shape::kText, kRequired}},
           Answer::kFields,
           {}}};
}

std::vector<Operation> CheckOperations() {
  const Field value = {"value", Shape::kValue, kRequired};
  const std::vector<Field> named = {{"ok", Shape::kBoolean}, {"value", Shape::kText}};
  const std::vector<Field> keyed = {{"ok", Shape::kBoolean}, {"value", Shape::kKeys}};
  return {{"amount_check",
           {value},
           Answer::kFields,
           {{"ok", Shape::kBoolean}, {"value", Shape::kDecimal}}},
          {"tx_id_check", {value}, Answer::kFields, named},
          {"eq_code_check", {value}, Answer::kFields, named},
          {"eq_meta_check", {value}, Answer::kFields, keyed},
          {"policy_check",
           {{"policy", Shape::kValue}, {"value", Shape::kValue}},
           Answer::kFields,
           keyed},
          {"advance_clock", {{"seconds", Shape::kInteger, kRequired}}, Answer::kFields, {}},
          {"repeat",
           {{"n", Shape::kInteger, kRequired}, {"step", Shape::kStep, kRequired}},
           Answer::kFields,
           {}},
          {"parallel",
           {{"steps", Shape::kSteps, kRequired}},
           Answer::kFields,
           {{"committed", Shape::kInteger}, {"tx_count", Shape::kInteger}}}};
}

std::vector<Operation> TwoPhaseOperations() {
  const std::vector<Field> tx = {{"tx", Shape::kText, kRequired}};
  const std::vector<Field> state = {{"state", Shape::kText}};
  return {{"prepare",
           {{"tx", Shape::kText, kRequired},
            {"eq", Shape::kText, kRequired},
            {"routes", Shape::kRoutes, kRequired}},
           Answer::kFields,
           {{"state", Shape::kText},
            {"needed", Shape::kDecimal},
            {"available", Shape::kDecimal},
            {"reserved", Shape::kDecimal}}},
          {"commit", tx, Answer::kFields, state},
          {"abort", tx, Answer::kFields, state},
          {"tx_state", tx, Answer::kState, state},
          {"recover", {}, Answer::kFields, {{"aborted", Shape::kInteger}}}};
}

std::vector<Operation> ClearingOperations() {
  const Field eq = {"eq", Shape::kText, kRequired};
  const Field max_len = {"max_len", Shape::kInteger, kRequired};
  const Field cycle = {"cycle", Shape::kNames, kRequired};
  return {
      {"find_cycles",
       {eq, max_len},
       Answer::kFields,
       {{"n", Shape::kInteger}, {"contains", Shape::kCycles}, {"not_contains", Shape::kCycles}}},
      {"clear_all",
       {eq, max_len, {"min_amount", Shape::kText}},
       Answer::kFields,
       {{"cycles", Shape::kInteger}}},
      {"clear_cycle",
       {eq, cycle},
       Answer::kFields,
       {{"amount", Shape::kDecimal}, {"skipped", Shape::kBoolean}}},
      {"optimum", {eq}, Answer::kFields, {{"min_total_debt", Shape::kDecimal}}}};
}

std::vector<Operation> IntegrityOperations() {
  const Field eq = {"eq", Shape::kText, kRequired};
  return {{"integrity",
           {eq},
           Answer::kFields,
           {{"status", Shape::kText},
            {"failed", Shape::kNameSet},
            {"violation_amount", Shape::kDecimal}}},
          {"tamper_debt",
           {{"debtor", Shape::kText, kRequired},
            {"creditor", Shape::kText, kRequired},
            eq,
            {"amount", Shape::kText, kRequired}},
           Answer::kFields,
           {}},
          {"tamper_cycle",
           {{"cycle", Shape::kNames, kRequired}, eq, {"delta", Shape::kText, kRequired}},
           Answer::kFields,
           {}},
          {"verify_journal", {eq}, Answer::kFields, {{"ok", Shape::kBoolean}}}};
}

std::vector<Operation> AllOperations() {
  std::vector<Operation> all;
  for (const std::vector<Operation>& some :
       {PaymentOperations(), TrustOperations(), CheckOperations(), TwoPhaseOperations(),
        ClearingOperations(), IntegrityOperations()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace

const Operation* FindOperation(std::string_view name) {
  static const std::vector<Operation> kOperations = AllOperations();
  const auto found =
      std::find_if(kOperations.begin(), kOperations.end(),
                   [&](const Operation& operation) { return operation.name == name; });
  return found == kOperations.end() ? nullptr : &*found;
}

}  // namespace geo::scenario
