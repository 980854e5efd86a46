// Every metric moves when it should, by as much as it should, and is shown as Prometheus reads it;
// the log tells what happened and nothing personal.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "geo/base/limits.h"
#include "geo/hub/hub.h"
#include "geo/hub/log.h"
#include "geo/hub/metrics.h"
#include "geo/hub/serial_hub.h"
#include "geo/testing/faulty_store.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

using ::geo::testing::FaultyStore;
using ::geo::testing::StoreCall;

class Lines : public LogSink {
 public:
  void Write(const LogEntry& entry) override { lines.push_back(LogLine(entry)); }
  std::vector<std::string> lines;
};

// The value of a sample such as `geo_payments_total{status="success"}`; "none" when it is not
// there.
std::string ValueOf(const std::string& text, const std::string& sample) {
  const std::size_t found = text.find('\n' + sample + ' ');
  if (found == std::string::npos) return "none";
  const std::size_t begin = found + sample.size() + 2;
  return text.substr(begin, text.find('\n', begin) - begin);
}

// anna may owe boris 100, boris may owe clara 100.
class HubMetricsTest : public ::testing::Test {
 protected:
  HubMetricsTest() {
    options_.genesis = VillageGenesis();
    options_.founded_at = kStart;
    options_.metrics = &metrics_;
    options_.log = &log_;
    options_.stopwatch = [this] { return watch_ += step_; };
    Open();
    Settle();
  }

  // Three who trust in a row.
  void Settle() {
    CreateEquivalent create;
    create.code = EquivalentCode::Parse("UAH").value();
    create.precision = 2;
    Do("admin", create);
    for (const char* name : {"anna", "boris", "clara"}) Join(name);
    Trust("boris", "anna", "100");
    Trust("clara", "boris", "100");
  }

  void Open() {
    hub_ = nullptr;
    auto store = std::make_unique<FaultyStore>(NewMemoryStore(medium_));
    store_ = store.get();
    hub_ = Hub::Open(std::move(store), options_).value();
  }

  CommandResult Do(std::string_view who, Command command) {
    now_ += kSecond;
    return hub_->Execute(TrustedCommand(KeyOf(who).pid(), std::move(command)), now_).value();
  }

  void Join(std::string_view name) {
    RegisterParticipant command;
    command.key = KeyOf(name).public_key();
    command.name = {Salt(), std::string(name) + " of the mill"};
    ASSERT_EQ(Do(name, command).code(), ErrorCode::kOk);
  }

  void Trust(std::string_view owner, std::string_view debtor, std::string limit) {
    OpenLine command;
    command.debtor = KeyOf(debtor).pid();
    command.equivalent = EquivalentCode::Parse("UAH").value();
    command.limit = std::move(limit);
    ASSERT_EQ(Do(owner, command).code(), ErrorCode::kOk);
  }

  Pay Payment(std::string_view id, std::string amount) {
    Pay pay;
    pay.id = TxId::Parse(id).value();
    pay.payee = KeyOf("clara").pid();
    pay.equivalent = EquivalentCode::Parse("UAH").value();
    pay.amount = std::move(amount);
    return pay;
  }

  ErrorCode PayClara(std::string_view id, std::string amount) {
    return Do("anna", Payment(id, std::move(amount))).code();
  }

  ErrorCode Prepare(std::string_view id, std::string amount) {
    return Do("anna", PreparePayment{Payment(id, std::move(amount))}).code();
  }

  TxId Id(std::string_view id) { return TxId::Parse(id).value(); }

  // The sample's value now, gauges set.
  std::string Value(const std::string& sample) {
    hub_->SetGauges(now_);
    return ValueOf(metrics_.Text(), sample);
  }
  std::string Succeeded() { return Value(R"(geo_payments_total{status="success"})"); }
  std::string Failed() { return Value(R"(geo_payments_total{status="failed"})"); }

  PrometheusMetrics metrics_;
  Lines log_;
  Duration watch_ = 0;
  Duration step_ = 0;  // what the stopwatch goes on by at each look
  HubOptions options_;
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  FaultyStore* store_ = nullptr;
  Timestamp now_ = kStart;
  std::unique_ptr<Hub> hub_;
};

TEST_F(HubMetricsTest, PaymentsCountOnceWhenTheyEnd) {
  EXPECT_EQ(Succeeded(), "none");
  EXPECT_EQ(PayClara("p1", "10"), ErrorCode::kOk);
  EXPECT_EQ(PayClara("p1", "10"), ErrorCode::kOk);  // known
  EXPECT_EQ(Succeeded(), "1");
  EXPECT_EQ(Failed(), "none");
  EXPECT_NE(PayClara("p2", "1000"), ErrorCode::kOk);  // no capacity
  EXPECT_NE(PayClara("p3", "1.234"), ErrorCode::kOk);
  EXPECT_EQ(Failed(), "2");
  EXPECT_EQ(Succeeded(), "1");
}

TEST_F(HubMetricsTest, PaymentsInTwoPhasesCountWhenTheyAreDecided) {
  for (const char* id : {"kept", "dropped", "late"}) {
    EXPECT_EQ(Prepare(id, "10"), ErrorCode::kOk);
  }
  EXPECT_EQ(Succeeded(), "none");
  EXPECT_EQ(Failed(), "none");
  EXPECT_EQ(Do("anna", CommitPayment{Id("kept")}).code(), ErrorCode::kOk);
  EXPECT_EQ(Do("anna", CommitPayment{Id("kept")}).code(), ErrorCode::kOk);
  EXPECT_EQ(Succeeded(), "1");
  EXPECT_EQ(Do("anna", AbortPayment{Id("dropped")}).code(), ErrorCode::kOk);
  EXPECT_EQ(Do("anna", AbortPayment{Id("dropped")}).code(), ErrorCode::kOk);
  EXPECT_EQ(Failed(), "1");
  now_ += kDay;
  hub_->Tick(now_);
  EXPECT_EQ(Failed(), "1");  // not durable yet
  ASSERT_TRUE(hub_->Flush().ok());
  EXPECT_EQ(Failed(), "2");
  EXPECT_NE(Do("anna", CommitPayment{Id("late")}).code(), ErrorCode::kOk);
  EXPECT_EQ(Failed(), "2");
  EXPECT_NE(Prepare("dear", "1000"), ErrorCode::kOk);
  EXPECT_EQ(Failed(), "3");
  EXPECT_EQ(Succeeded(), "1");
}

// A number beyond what JSON can say costs the other fields, not the line.
TEST(LogLineTest, AnEntryBeyondTheNumbersOfJson) {
  LogEntry entry;
  entry.event = "hub.opened";
  entry.time = 7;
  EXPECT_EQ(LogLine(entry), R"({"event":"hub.opened","level":"info","time":7})");
  entry.time = std::numeric_limits<Timestamp>::max();
  EXPECT_EQ(LogLine(entry), R"({"event":"hub.opened","level":"info"})");
}

TEST_F(HubMetricsTest, WhatWasNotWrittenIsNotCounted) {
  store_->Schedule({.call = StoreCall::kAppend});
  EXPECT_FALSE(hub_->Execute(TrustedCommand(KeyOf("anna").pid(), Payment("p", "1")), now_).ok());
  EXPECT_EQ(Succeeded(), "none");
  EXPECT_EQ(Failed(), "none");
  EXPECT_NE(log_.lines.back().find("hub.poisoned"), std::string::npos) << log_.lines.back();
  const std::size_t told = log_.lines.size();
  EXPECT_EQ(CodeName(hub_->Flush()), "HubPoisoned");
  EXPECT_EQ(log_.lines.size(), told) << "once is enough";
}

TEST_F(HubMetricsTest, DurationsAreOfTheHostsStopwatch) {
  EXPECT_EQ(Value("geo_payment_duration_seconds_count"), "none");  // other commands do not count
  step_ = 20;
  EXPECT_EQ(PayClara("p", "1"), ErrorCode::kOk);
  // Looks: at the beginning, around the search, at the end.
  EXPECT_EQ(Value("geo_payment_duration_seconds_count"), "1");
  EXPECT_EQ(Value("geo_payment_duration_seconds_sum"), "0.000060");
  EXPECT_EQ(Value(R"(geo_payment_duration_seconds_bucket{le="0.00005"})"), "0");
  EXPECT_EQ(Value(R"(geo_payment_duration_seconds_bucket{le="0.0001"})"), "1");
  EXPECT_EQ(Value(R"(geo_payment_duration_seconds_bucket{le="+Inf"})"), "1");
  EXPECT_EQ(Value("geo_routing_duration_seconds_count"), "1");
  EXPECT_EQ(Value("geo_routing_duration_seconds_sum"), "0.000020");
  step_ = 30 * kSecond;
  EXPECT_EQ(Prepare("q", "1"), ErrorCode::kOk);
  EXPECT_EQ(Value("geo_payment_duration_seconds_count"), "2");
  EXPECT_EQ(Value(R"(geo_payment_duration_seconds_bucket{le="10"})"), "1");
  EXPECT_EQ(Value(R"(geo_payment_duration_seconds_bucket{le="+Inf"})"), "2");
  EXPECT_EQ(Value("geo_routing_duration_seconds_count"), "2");
  PreparePayment named{Payment("r", "1")};
  named.routes = {{{KeyOf("anna").pid(), KeyOf("boris").pid(), KeyOf("clara").pid()}, "1"}};
  EXPECT_EQ(Do("anna", named).code(), ErrorCode::kOk);  // nor where the payer names his routes
  EXPECT_EQ(Value("geo_payment_duration_seconds_count"), "3");
  EXPECT_EQ(Value("geo_routing_duration_seconds_count"), "2");
  EXPECT_EQ(PayClara("p", "1"), ErrorCode::kOk);  // known: nothing to search for
  EXPECT_EQ(Value("geo_payment_duration_seconds_count"), "4");
  EXPECT_EQ(Value("geo_routing_duration_seconds_count"), "2");
}

TEST_F(HubMetricsTest, WhatIsRefusedBeforeTheSearchIsNoSearch) {
  Pay stranger = Payment("p", "1");
  stranger.payee = KeyOf("nobody").pid();
  EXPECT_EQ(Do("anna", stranger).code(), ErrorCode::kUnknownParticipant);
  EXPECT_EQ(Do("anna", PreparePayment{stranger}).code(), ErrorCode::kUnknownParticipant);
  EXPECT_EQ(Value("geo_payment_duration_seconds_count"), "2");
  EXPECT_EQ(Value("geo_routing_duration_seconds_count"), "none");
  EXPECT_EQ(PayClara("q", "1000"), ErrorCode::kInsufficientCapacity);
  EXPECT_EQ(Prepare("q", "1000"), ErrorCode::kInsufficientCapacity);
  EXPECT_EQ(Value("geo_routing_duration_seconds_count"), "2");
}

TEST_F(HubMetricsTest, APlanThatFitsIsNotSearchedFor) {
  const auto answer = hub_->view()
                          .FindRoutes(KeyOf("anna").pid(), KeyOf("clara").pid(),
                                      EquivalentCode::Parse("UAH").value(), 100, {})
                          .value();
  const Plan plan = std::get<Plan>(answer.outcome);
  const VerifiedCommand fits = TrustedCommand(KeyOf("anna").pid(), Payment("p", "1"));
  const VerifiedCommand differs = TrustedCommand(KeyOf("anna").pid(), Payment("q", "2"));
  ASSERT_TRUE(hub_->Submit(fits, now_, &plan).ok());
  ASSERT_TRUE(hub_->Submit(differs, now_, &plan).ok());
  ASSERT_TRUE(hub_->Flush().ok());
  EXPECT_EQ(Succeeded(), "2");
  EXPECT_EQ(Value("geo_routing_duration_seconds_count"), "1");
}

TEST_F(HubMetricsTest, GaugesFollowTheStateAndSurviveReopening) {
  EXPECT_EQ(Value("geo_active_participants"), "3");
  EXPECT_EQ(Value(R"(geo_total_debt{equivalent="UAH"})"), "0.00");
  EXPECT_EQ(PayClara("p", "12.50"), ErrorCode::kOk);
  EXPECT_EQ(Value(R"(geo_total_debt{equivalent="UAH"})"), "25.00");
  Pay back = Payment("b", "2.25");
  back.payee = KeyOf("anna").pid();
  EXPECT_EQ(Do("boris", back).code(), ErrorCode::kOk);
  EXPECT_EQ(Value(R"(geo_total_debt{equivalent="UAH"})"), "22.75");
  SetParticipantStatus suspend;
  suspend.participant = KeyOf("anna").pid();
  suspend.status = ParticipantStatus::kSuspended;
  suspend.reason = "asked for it";
  EXPECT_EQ(Do("admin", suspend).code(), ErrorCode::kOk);
  EXPECT_EQ(Value("geo_active_participants"), "2");
  ASSERT_TRUE(hub_->Close().ok());
  Open();
  EXPECT_EQ(Value("geo_active_participants"), "2");
  EXPECT_EQ(Value(R"(geo_total_debt{equivalent="UAH"})"), "22.75");
}

TEST_F(HubMetricsTest, TheCheckpointsAgeCountsFromTheFoundingUntilThereIsOne) {
  const std::string age = R"(geo_last_checkpoint_age_seconds{equivalent="UAH"})";
  now_ = kStart + 100 * kSecond;
  EXPECT_EQ(Value(age), "100.000000");
  PayClara("p", "1");  // now 101
  ASSERT_TRUE(hub_->Close().ok());
  Open();
  EXPECT_EQ(Value(age), "101.000000");
  ASSERT_TRUE(hub_->Checkpoint().ok());
  EXPECT_EQ(Value(age), "0.000000");
  now_ += 5 * kSecond + 1;
  EXPECT_EQ(Value(age), "5.000001");
  ASSERT_TRUE(hub_->Close().ok());
  Open();
  EXPECT_EQ(Value(age), "5.000001");
}

// Whichever slice fails: the snapshot before is still the newest one.
TEST_F(HubMetricsTest, ACheckpointThatFailsIsNone) {
  const std::string age = R"(geo_last_checkpoint_age_seconds{equivalent="UAH"})";
  options_.snapshot_items = 5;
  Open();
  PayClara("p", "1");  // 7 s after the founding
  std::uint64_t slices = 1;
  while (!hub_->CheckpointStep().value()) ++slices;
  ASSERT_GT(slices, 1U);
  ASSERT_EQ(Value(age), "0.000000");
  const std::string told = log_.lines.back();
  for (std::uint64_t nth = 1; nth <= slices; ++nth) {
    now_ += kSecond;
    hub_->Tick(now_);
    store_->Schedule({StoreCall::kWriteSnapshot, nth, ErrorCode::kStoreBusy});
    EXPECT_EQ(CodeName(hub_->Checkpoint()), "StoreBusy");
    EXPECT_EQ(Value(age), std::to_string(nth) + ".000000");
    EXPECT_EQ(log_.lines.back(), told) << "no other one is complete";
  }
  ASSERT_TRUE(hub_->Checkpoint().ok());
  EXPECT_EQ(Value(age), "0.000000");
}

TEST_F(HubMetricsTest, AnIntegrityCheckCountsWhatItFinds) {
  const auto checked = [&](const std::string& type, const std::string& result) {
    return Value(R"(geo_integrity_checks_total{equivalent="UAH",check_type=")" + type +
                 R"(",result=")" + result + "\"}");
  };
  EXPECT_EQ(checked("zero_sum", "passed"), "none");
  step_ = 7;
  EXPECT_EQ(hub_->CheckIntegrity()->front().health(), Health::kHealthy);
  for (const char* type : {"zero_sum", "accumulators", "trust_limits", "debt_symmetry"}) {
    EXPECT_EQ(checked(type, "passed"), "1");
    EXPECT_EQ(checked(type, "failed"), "none");
    const std::string label = std::string("{check_type=\"") + type + "\"}";
    EXPECT_EQ(Value("geo_integrity_check_duration_seconds_count" + label), "1");
    EXPECT_EQ(Value("geo_integrity_check_duration_seconds_sum" + label), "0.000007");
  }
  EXPECT_EQ(Value(R"(geo_integrity_status{equivalent="UAH"})"), "1");
  EXPECT_EQ(Value(R"(geo_zero_sum_balance{equivalent="UAH"})"), "0.00");
  EXPECT_EQ(Value(R"(geo_trust_limit_violations_current{equivalent="UAH"})"), "0");
  EXPECT_EQ(Value(R"(geo_debt_symmetry_violations_current{equivalent="UAH"})"), "0");

  // A debt brought in that nobody allowed, and one above its limit.
  OpeningBalances brought;
  const EquivalentCode code = EquivalentCode::Parse("UAH").value();
  brought.debts.push_back({KeyOf("anna").pid(), KeyOf("clara").pid(), code, Amount{300}});
  brought.debts.push_back({KeyOf("anna").pid(), KeyOf("boris").pid(), code, Amount{10'001}});
  ASSERT_EQ(Do("admin", brought).code(), ErrorCode::kOk);
  const std::vector<IntegrityReport> reports = hub_->CheckIntegrity().value();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].health(), Health::kCritical);
  EXPECT_FALSE(reports[0].passed(IntegrityCheck::kTrustLimits));
  EXPECT_TRUE(reports[0].passed(IntegrityCheck::kAccumulators));
  const std::string violations = R"(geo_integrity_violations_total{equivalent="UAH",)"
                                 R"(violation_type="trust_limits",severity="critical"})";
  EXPECT_EQ(checked("trust_limits", "failed"), "1");
  EXPECT_EQ(checked("zero_sum", "passed"), "2");
  EXPECT_EQ(Value(violations), "2");
  EXPECT_EQ(Value(R"(geo_trust_limit_violations_current{equivalent="UAH"})"), "2");
  EXPECT_EQ(Value(R"(geo_integrity_status{equivalent="UAH"})"), "0");
  ASSERT_TRUE(hub_->CheckIntegrity().ok());
  EXPECT_EQ(Value(violations), "4");
  EXPECT_EQ(Value(R"(geo_trust_limit_violations_current{equivalent="UAH"})"), "2");
}

TEST_F(HubMetricsTest, TheLogTellsWhatHappenedAndNothingPersonal) {
  Pay pay = Payment("p1", "10");
  pay.description = PersonalText{Salt(), "for the red shoes"};
  Do("anna", pay);
  const std::string paid = log_.lines.back();
  EXPECT_EQ(paid, R"({"amount":"10.00","code":"Ok","equivalent":"UAH","event":"payment",)"
                  R"("level":"info","payee":")" +
                      FormatPid(KeyOf("clara").pid()) + R"(","payer":")" +
                      FormatPid(KeyOf("anna").pid()) + R"(","seq":8,"signer":")" +
                      FormatPid(KeyOf("anna").pid()) + R"(","state":"committed","time":)" +
                      std::to_string(now_) + R"(,"tx_id":"p1"})");
  Do("anna", pay);
  EXPECT_NE(log_.lines.back().find(R"("repeated":true)"), std::string::npos);
  PayClara("p2", "1000");
  EXPECT_NE(log_.lines.back().find(R"("level":"warning")"), std::string::npos);
  ASSERT_TRUE(hub_->Checkpoint().ok());
  EXPECT_EQ(log_.lines.back(),
            R"({"event":"checkpoint","level":"info","seq":8,"time":)" + std::to_string(now_) + "}");
  ASSERT_TRUE(hub_->CheckIntegrity().ok());
  EXPECT_EQ(log_.lines.back(),
            R"({"accumulators":"0","debt_symmetry":"0","equivalent":"UAH","event":"integrity",)"
            R"("level":"info","time":)" +
                std::to_string(now_) + R"(,"trust_limits":"0","zero_sum":"0.00"})");
  EXPECT_EQ(log_.lines.front().find(R"({"event":"hub.opened","level":"info","network":"village")"),
            0U);
  for (const std::string& line : log_.lines) {
    EXPECT_EQ(line.find("shoes"), std::string::npos) << line;
    EXPECT_EQ(line.find("mill"), std::string::npos) << line;
  }
}

// Each as it is when both are there.
TEST_F(HubMetricsTest, OneWithoutTheOther) {
  const auto live = [&](Metrics* metrics, LogSink* log) {
    options_.metrics = metrics;
    options_.log = log;
    medium_ = std::make_shared<MemoryMedium>();
    options_.genesis = VillageGenesis();
    now_ = kStart;
    log_.lines.clear();
    Open();
    Settle();
    EXPECT_EQ(PayClara("p", "1"), ErrorCode::kOk);
    EXPECT_EQ(PayClara("q", "1000"), ErrorCode::kInsufficientCapacity);
    EXPECT_EQ(Prepare("r", "1"), ErrorCode::kOk);
    now_ += kDay;
    hub_->Tick(now_);
    EXPECT_TRUE(hub_->Flush().ok());
    EXPECT_TRUE(hub_->Checkpoint().ok());
    EXPECT_EQ(hub_->CheckIntegrity()->size(), 1U);
    hub_->SetGauges(now_);
    store_->Schedule({.call = StoreCall::kAppend});
    EXPECT_FALSE(hub_->Execute(TrustedCommand(KeyOf("anna").pid(), Payment("s", "1")), now_).ok());
    return log_.lines;
  };
  PrometheusMetrics both;
  const std::vector<std::string> told = live(&both, &log_);
  EXPECT_EQ(live(nullptr, &log_), told);
  PrometheusMetrics alone;
  EXPECT_TRUE(live(&alone, nullptr).empty());
  EXPECT_EQ(alone.Text(), both.Text());
  const auto expired = std::find_if(told.begin(), told.end(), [](const std::string& line) {
    return line.find("payment.expired") != std::string::npos;
  });
  ASSERT_NE(expired, told.end());
  EXPECT_NE(expired->find(R"("state":"aborted")"), std::string::npos) << *expired;
  EXPECT_NE(expired->find(R"("tx_id":"r")"), std::string::npos) << *expired;
}

// It is not checked any more, and its code may belong to another one.
TEST_F(HubMetricsTest, ARemovedEquivalentIsTakenForEmpty) {
  CreateEquivalent create;
  create.code = EquivalentCode::Parse("OLD").value();
  ASSERT_EQ(Do("admin", create).code(), ErrorCode::kOk);
  ASSERT_EQ(hub_->CheckIntegrity()->size(), 2U);
  ASSERT_EQ(Do("admin", RemoveEquivalent{create.code}).code(), ErrorCode::kOk);
  const std::string checks =
      R"(geo_integrity_checks_total{equivalent="OLD",check_type="zero_sum",result="passed"})";
  const std::string checked = Value(checks);
  const std::vector<IntegrityReport> reports = hub_->CheckIntegrity().value();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].equivalent, 0U);
  EXPECT_EQ(Value(checks), checked);
  EXPECT_EQ(Value(R"(geo_last_checkpoint_age_seconds{equivalent="OLD"})"), "0.000000");
  EXPECT_NE(Value(R"(geo_last_checkpoint_age_seconds{equivalent="UAH"})"), "0.000000");
  CreateEquivalent other;
  other.code = EquivalentCode::Parse("NEW").value();
  ASSERT_EQ(Do("admin", other).code(), ErrorCode::kOk);
  EXPECT_EQ(hub_->CheckIntegrity()->at(1).equivalent, 2U);
}

TEST_F(HubMetricsTest, ASerialHubFeedsThemTooAndLetsThemBeRead) {
  step_ = 1;
  auto serial = SerialHub::Create(std::move(hub_), {}).value();
  const auto result =
      serial->Execute(TrustedCommand(KeyOf("anna").pid(), Payment("p", "1")), now_ += kSecond);
  ASSERT_EQ(result->code(), ErrorCode::kOk);
  std::string text;
  ASSERT_TRUE(serial->ReadMetrics(now_, [&] { text = metrics_.Text(); }).ok());
  EXPECT_EQ(ValueOf(text, R"(geo_payments_total{status="success"})"), "1");
  EXPECT_EQ(ValueOf(text, R"(geo_total_debt{equivalent="UAH"})"), "2.00");
  EXPECT_EQ(ValueOf(text, "geo_payment_duration_seconds_count"), "1");
  EXPECT_EQ(serial->CheckIntegrity()->front().health(), Health::kHealthy);
}

TEST(PrometheusMetricsTest, WritesTheTextFormat) {
  PrometheusMetrics metrics;
  metrics.Add(Metric::kPayments, {"success"}, 2);
  metrics.Add(Metric::kPayments, {"success"}, 3);
  metrics.Add(Metric::kIntegrityViolations, {"A", "say \"no\"\\\n", "critical"}, 1);
  metrics.Observe(Metric::kRoutingDuration, {}, 10);
  metrics.Observe(Metric::kRoutingDuration, {}, 11);
  metrics.Observe(Metric::kRoutingDuration, {}, 11 * kSecond);
  metrics.Set(Metric::kZeroSumBalance, {"A"}, -5, 2);
  const std::string text = metrics.Text();
  EXPECT_EQ(text.find("# HELP geo_payments_total Payments that ended.\n"
                      "# TYPE geo_payments_total counter\n"
                      "geo_payments_total{status=\"success\"} 5\n"),
            0U);
  EXPECT_NE(text.find("# TYPE geo_routing_duration_seconds histogram\n"
                      "geo_routing_duration_seconds_bucket{le=\"0.00001\"} 1\n"
                      "geo_routing_duration_seconds_bucket{le=\"0.000025\"} 2\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("geo_routing_duration_seconds_bucket{le=\"10\"} 2\n"
                      "geo_routing_duration_seconds_bucket{le=\"+Inf\"} 3\n"
                      "geo_routing_duration_seconds_sum 11.000021\n"
                      "geo_routing_duration_seconds_count 3\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("geo_zero_sum_balance{equivalent=\"A\"} -0.05\n"), std::string::npos);
  EXPECT_NE(text.find("violation_type=\"say \\\"no\\\"\\\\\\n\",severity"), std::string::npos);
}

TEST(PrometheusMetricsTest, KnowsEveryMetricByTheNameOfTheSpecification) {
  const std::vector<std::pair<Metric, std::string>> names = {
      {Metric::kPayments, "geo_payments_total"},
      {Metric::kClearings, "geo_clearings_total"},
      {Metric::kPaymentDuration, "geo_payment_duration_seconds"},
      {Metric::kRoutingDuration, "geo_routing_duration_seconds"},
      {Metric::kActiveParticipants, "geo_active_participants"},
      {Metric::kTotalDebt, "geo_total_debt"},
      {Metric::kIntegrityChecks, "geo_integrity_checks_total"},
      {Metric::kIntegrityViolations, "geo_integrity_violations_total"},
      {Metric::kIntegrityCheckDuration, "geo_integrity_check_duration_seconds"},
      {Metric::kIntegrityStatus, "geo_integrity_status"},
      {Metric::kZeroSumBalance, "geo_zero_sum_balance"},
      {Metric::kTrustLimitViolations, "geo_trust_limit_violations_current"},
      {Metric::kDebtSymmetryViolations, "geo_debt_symmetry_violations_current"},
      {Metric::kCheckpointAge, "geo_last_checkpoint_age_seconds"}};
  EXPECT_EQ(names.size(), kMetrics);
  for (const auto& [metric, name] : names) EXPECT_EQ(Describe(metric).name, name);
}

// What fails for the first time once everything has passed must not be what is dropped.
TEST_F(HubMetricsTest, ChecksOfAsManyEquivalentsAsThereCanBeAllCount) {
  for (std::size_t i = 1; i < kMaxEquivalents; ++i) {
    CreateEquivalent create;
    create.code = EquivalentCode::Parse("E" + std::to_string(i)).value();
    ASSERT_EQ(Do("admin", create).code(), ErrorCode::kOk);
  }
  ASSERT_TRUE(hub_->CheckIntegrity().ok());
  OpeningBalances brought;
  brought.debts.push_back({.debtor = KeyOf("anna").pid(),
                           .creditor = KeyOf("clara").pid(),
                           .equivalent = EquivalentCode::Parse("UAH").value(),
                           .amount = "1"});
  ASSERT_EQ(Do("admin", brought).code(), ErrorCode::kOk);
  ASSERT_TRUE(hub_->CheckIntegrity().ok());
  EXPECT_EQ(Value("geo_integrity_checks_total{equivalent=\"UAH\",check_type=\"trust_limits\","
                  "result=\"failed\"}"),
            "1");
  EXPECT_EQ(metrics_.dropped(), 0U);
}

TEST(PrometheusMetricsTest, MemoryIsBounded) {
  PrometheusMetrics metrics;
  for (std::size_t i = 0; i < PrometheusMetrics::kMaxSeries + 3; ++i) {
    metrics.Add(Metric::kPayments, {std::to_string(i)}, 1);
  }
  metrics.Add(Metric::kPayments, {"0"}, 1);
  EXPECT_EQ(metrics.dropped(), 3U);
  EXPECT_EQ(ValueOf(metrics.Text(), R"(geo_payments_total{status="0"})"), "2");
}

}  // namespace
}  // namespace geo::tests
