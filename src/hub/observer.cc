#include "src/hub/observer.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>

#include "geo/base/limits.h"

namespace geo {
namespace {

static_assert(PrometheusMetrics::kMaxSeries >= kMaxEquivalents * kIntegrityChecks * 2);

Observer::Step StepOf(const Command& command) {
  if (std::holds_alternative<Pay>(command)) return Observer::Step::kPay;
  if (std::holds_alternative<PreparePayment>(command)) return Observer::Step::kPrepare;
  if (std::holds_alternative<CommitPayment>(command)) return Observer::Step::kCommit;
  if (std::holds_alternative<AbortPayment>(command)) return Observer::Step::kAbort;
  return Observer::Step::kNoPayment;
}

// How a payment ended by this answer; "" when it did not.
std::string_view EndOfPayment(Observer::Step step, const CommandResult& result) {
  const bool done = result.code() == ErrorCode::kOk;
  if (result.payment.has_value() && result.payment->repeated) return "";
  switch (step) {
    case Observer::Step::kNoPayment:
      return "";
    case Observer::Step::kPay:
      return done ? "success" : "failed";
    case Observer::Step::kPrepare:
      return done ? "" : "failed";
    case Observer::Step::kCommit:
      return done ? "success" : "";
    case Observer::Step::kAbort:
      break;
  }
  return done ? "failed" : "";
}

// How a clearing ended by this answer; "" when there was none, or nothing to clear.
std::string_view EndOfClearing(std::string_view operation, const CommandResult& result) {
  const bool asked_for = operation.starts_with("clearing.c") || operation == "clearing.set_off";
  if (result.clearing.has_value()) {
    if (!result.clearing->status.ok() || !result.status.ok()) return "failed";
    return result.clearing->records.empty() ? "" : "success";
  }
  if (asked_for) return "failed";
  const bool agreed = result.proposal.has_value() && !result.proposal->repeated &&
                      result.proposal->proposal.state == ProposalState::kCommitted;
  return agreed ? "success" : "";
}

void AddClearing(const ClearingView& clearing, Json::Object& fields) {
  fields["cleared_units"] = FormatSum(clearing.cleared, 0);
  fields["clearing_code"] = ErrorName(ErrorCodeOf(clearing.status));
  fields["clearing_complete"] = clearing.complete;
}

void AddTransaction(const Transaction& transaction, const Ledger& ledger, Json::Object& fields) {
  const Equivalent& equivalent = ledger.equivalent(transaction.equivalent);
  fields["tx_id"] = transaction.id.text();
  fields["payer"] = FormatPid(ledger.participant(transaction.payer).pid);
  fields["payee"] = FormatPid(ledger.participant(transaction.payee).pid);
  fields["equivalent"] = equivalent.code.text();
  fields["amount"] = FormatAmount(transaction.amount, equivalent.precision);
  fields["state"] = TransactionStateName(transaction.state);
}

}  // namespace

Observer::Asked Observer::Ask(const VerifiedCommand& command, Duration begun) {
  const TxId* id = TransactionOf(command.command());
  return {OperationName(command.command()), command.signer(), StepOf(command.command()),
          id == nullptr ? std::nullopt : std::optional(*id), begun};
}

void Observer::Log(LogLevel level, std::string_view event, Timestamp time, Json::Object fields) {
  if (log_ != nullptr) log_->Write({level, event, time, std::move(fields)});
}

void Observer::Took(Metric metric, Metrics::Labels labels, Duration begun) {
  if (metrics_ == nullptr || !stopwatch_) return;
  metrics_->Observe(metric, labels, std::max<Duration>(0, stopwatch_() - begun));
}

void Observer::Opened(const Ledger& ledger, std::uint64_t seq, Timestamp time) {
  if (log_ == nullptr) return;
  Log(LogLevel::kInfo, "hub.opened", time, {{"network", ledger.genesis().network}, {"seq", seq}});
}

void Observer::Routed(Duration begun) { Took(Metric::kRoutingDuration, {}, begun); }

void Observer::Answered(const Asked& asked, const CommandResult& result, const Ledger& ledger,
                        Timestamp time) {
  if (asked.step != Step::kNoPayment) Took(Metric::kPaymentDuration, {}, asked.begun);
  const std::string_view end = EndOfPayment(asked.step, result);
  if (metrics_ != nullptr && !end.empty()) metrics_->Add(Metric::kPayments, {end}, 1);
  CountClearing(EndOfClearing(asked.operation, result));
  if (log_ == nullptr) return;
  Json::Object fields;
  fields["signer"] = FormatPid(asked.signer);
  fields["code"] = ErrorName(result.code());
  if (asked.id) fields["tx_id"] = asked.id->text();
  if (result.seq != 0) fields["seq"] = result.seq;
  if (result.clearing.has_value()) AddClearing(*result.clearing, fields);
  if (result.payment.has_value() && result.payment->transaction) {
    AddTransaction(*result.payment->transaction, ledger, fields);
    if (result.payment->repeated) fields["repeated"] = true;
  }
  const bool done = result.code() == ErrorCode::kOk;
  Log(done ? LogLevel::kInfo : LogLevel::kWarning,
      asked.operation.empty() ? "opening_balances" : asked.operation, time, std::move(fields));
}

void Observer::CountClearing(std::string_view end) {
  if (metrics_ != nullptr && !end.empty()) metrics_->Add(Metric::kClearings, {end}, 1);
}

void Observer::Cleared(const ClearingView& clearing, Timestamp time) {
  CountClearing(clearing.status.ok() ? "success" : "failed");
  if (log_ == nullptr) return;
  Json::Object fields;
  AddClearing(clearing, fields);
  Log(clearing.status.ok() ? LogLevel::kInfo : LogLevel::kWarning, "clearing.scheduled", time,
      std::move(fields));
}

void Observer::Expired(const Transaction& transaction, const Ledger& ledger, Timestamp time) {
  if (metrics_ != nullptr) metrics_->Add(Metric::kPayments, {"failed"}, 1);
  if (log_ == nullptr) return;
  Json::Object fields;
  AddTransaction(transaction, ledger, fields);
  Log(LogLevel::kInfo, "payment.expired", time, std::move(fields));
}

void Observer::Checkpointed(std::uint64_t seq, Timestamp time) {
  if (log_ != nullptr) Log(LogLevel::kInfo, "checkpoint", time, {{"seq", seq}});
}

void Observer::Poisoned(const Status& why, Timestamp time) {
  if (log_ == nullptr) return;
  Log(LogLevel::kError, "hub.poisoned", time, {{"code", ErrorName(ErrorCodeOf(why))}});
}

void Observer::SetGauges(const Totals& totals, Duration checkpoint_age, const Ledger& ledger) {
  if (metrics_ == nullptr) return;
  metrics_->Set(Metric::kActiveParticipants, {}, AmountSum{totals.active_participants}, 0);
  for (EquivalentIndex i = 0; i < ledger.equivalent_count(); ++i) {
    const Equivalent& equivalent = ledger.equivalent(i);
    // A removed one is as if it were empty; another one may bear its code now, further on.
    const bool removed = equivalent.status == EquivalentStatus::kRemoved;
    const std::string_view code = equivalent.code.text();
    metrics_->Set(Metric::kTotalDebt, {code}, totals.debts[i], equivalent.precision);
    metrics_->Set(Metric::kCheckpointAge, {code}, removed ? 0 : checkpoint_age, 6);
  }
}

// Counts and shows what the checks found in one equivalent.
void Observer::Tell(const IntegrityReport& report, const Equivalent& equivalent, Timestamp time) {
  const std::string_view code = equivalent.code.text();
  const Health health = report.health();
  const auto found = [&](IntegrityCheck check) {
    return report.found[static_cast<std::size_t>(check)];
  };
  Json::Object fields = {{"equivalent", code}};
  for (std::size_t i = 0; i < kIntegrityChecks; ++i) {
    const auto check = static_cast<IntegrityCheck>(i);
    const std::string_view name = IntegrityCheckName(check);
    const bool sum = check == IntegrityCheck::kZeroSum;
    fields[std::string(name)] = FormatSum(found(check), sum ? equivalent.precision : 0);
    if (metrics_ == nullptr) continue;
    const bool passed = report.passed(check);
    metrics_->Add(Metric::kIntegrityChecks, {code, name, passed ? "passed" : "failed"}, 1);
    if (passed) continue;
    const auto violations = sum ? 1 : static_cast<std::uint64_t>(found(check));
    metrics_->Add(Metric::kIntegrityViolations, {code, name, HealthName(SeverityOf(check))},
                  violations);
  }
  static constexpr std::array<LogLevel, 3> kLevels = {LogLevel::kInfo, LogLevel::kWarning,
                                                      LogLevel::kError};
  Log(kLevels[static_cast<std::size_t>(health)], "integrity", time, std::move(fields));
  if (metrics_ == nullptr) return;
  metrics_->Set(Metric::kIntegrityStatus, {code}, health == Health::kHealthy ? 1 : 0, 0);
  metrics_->Set(Metric::kZeroSumBalance, {code}, found(IntegrityCheck::kZeroSum),
                equivalent.precision);
  metrics_->Set(Metric::kTrustLimitViolations, {code}, found(IntegrityCheck::kTrustLimits), 0);
  metrics_->Set(Metric::kDebtSymmetryViolations, {code}, found(IntegrityCheck::kDebtSymmetry), 0);
}

std::vector<IntegrityReport> Observer::CheckIntegrity(const Ledger& ledger, Timestamp time) {
  std::vector<IntegrityReport> all(ledger.equivalent_count());
  for (std::size_t i = 0; i < kIntegrityChecks; ++i) {
    const auto check = static_cast<IntegrityCheck>(i);
    const Duration begun = Now();
    const std::vector<AmountSum> found = RunIntegrityCheck(ledger, check);
    Took(Metric::kIntegrityCheckDuration, {IntegrityCheckName(check)}, begun);
    for (std::size_t e = 0; e < all.size(); ++e) all[e].found[i] = found[e];
  }
  std::vector<IntegrityReport> reports;
  for (EquivalentIndex e = 0; e < all.size(); ++e) {
    const Equivalent& equivalent = ledger.equivalent(e);
    if (equivalent.status == EquivalentStatus::kRemoved) continue;
    all[e].equivalent = e;
    Tell(all[e], equivalent, time);
    reports.push_back(all[e]);
  }
  return reports;
}

}  // namespace geo
