// What a hub tells about itself in numbers, and the text in which Prometheus reads them.
//
//   geo::PrometheusMetrics metrics;
//   options.metrics = &metrics;
//   options.stopwatch = &MicrosecondsOfMyClock;
//   auto hub = geo::Hub::Open(…, options);
//   …
//   (*hub)->SetGauges(now);
//   respond(metrics.Text());  // the server is the host's
//
// Another system (OpenTelemetry, statsd) is served by an implementation of Metrics of your own.
#ifndef GEO_HUB_METRICS_H_
#define GEO_HUB_METRICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "geo/base/amount.h"
#include "geo/base/time.h"

namespace geo {

// What there is to know. Each comment: name for Prometheus {labels}, and when it moves.
enum class Metric : std::uint8_t {
  // Counters.
  kPayments = 0,         // geo_payments_total {status: success|failed}: a payment became durable in
                         // one step or by its commit; or it was refused, aborted, or expired.
                         // Stored answers count for nothing; another payment with a known id is
                         // one that was refused
  kClearings,            // geo_clearings_total {status: success|failed}: a clearing became durable;
                         // or could not be made
  kIntegrityChecks,      // geo_integrity_checks_total {equivalent, check_type, result:
                         // passed|failed}: by CheckIntegrity
  kIntegrityViolations,  // geo_integrity_violations_total {equivalent, violation_type, severity}:
                         // by as many as a check found, each time it finds them
  // Histograms; only with HubOptions::stopwatch.
  kPaymentDuration,         // geo_payment_duration_seconds: from Submit (Execute of a SerialHub)
                            // until the answer is given, of every command on payments
  kRoutingDuration,         // geo_routing_duration_seconds: finding routes for a payment and
                            // checking them; plans that the caller brought and that fit are not
                            // searched for, and what ends in an error is not counted
  kIntegrityCheckDuration,  // geo_integrity_check_duration_seconds {check_type}
  // Gauges set by SetGauges.
  kActiveParticipants,  // geo_active_participants
  kTotalDebt,           // geo_total_debt {equivalent}: Σ of its debts, in whole units
  kCheckpointAge,       // geo_last_checkpoint_age_seconds {equivalent}: since the last complete
                        // checkpoint was begun, or, once opened anew, since the last record that it
                        // holds; before the first one, since the founding
  // Gauges set by CheckIntegrity.
  kIntegrityStatus,         // geo_integrity_status {equivalent}: 1 when every check passed, else 0
  kZeroSumBalance,          // geo_zero_sum_balance {equivalent}: Σ of all net positions, in whole
                            // units; 0 when all is well
  kTrustLimitViolations,    // geo_trust_limit_violations_current {equivalent}
  kDebtSymmetryViolations,  // geo_debt_symmetry_violations_current {equivalent}
};
inline constexpr std::size_t kMetrics = 14;

enum class MetricType : std::uint8_t { kCounter, kHistogram, kGauge };

struct MetricDescription {
  std::string_view name;
  std::string_view help;  // one sentence
  MetricType type = MetricType::kCounter;
  std::array<std::string_view, 3> labels;  // their names; "" behind the last
};

// Any thread. O(1).
const MetricDescription& Describe(Metric metric);

// Where numbers go. A hub calls it on the thread that uses the hub; a SerialHub on whichever thread
// has its turn, one at a time. Calls must be quick, must not throw, and must not call the hub.
// Label values come in the order of Describe(metric).labels.
class Metrics {
 public:
  using Labels = std::initializer_list<std::string_view>;
  virtual ~Metrics() = default;
  // Counters: `count` more.
  virtual void Add(Metric metric, Labels labels, std::uint64_t count) = 0;
  // Histograms: something took `duration`, ≥ 0.
  virtual void Observe(Metric metric, Labels labels, Duration duration) = 0;
  // Gauges: the value is now `units` / 10^`precision` (0–8).
  virtual void Set(Metric metric, Labels labels, AmountSum units, int precision) = 0;
};

// Keeps everything in memory and writes it as text. One thread at a time (SerialHub::ReadMetrics
// sees to that).
class PrometheusMetrics : public Metrics {
 public:
  // Different label values of one metric; more are dropped, so that memory is bounded. As many as
  // the checks of a hub with kMaxEquivalents can give, each passed once and failed once.
  static constexpr std::size_t kMaxSeries = 32'768;

  PrometheusMetrics();
  ~PrometheusMetrics() override;

  void Add(Metric metric, Labels labels, std::uint64_t count) override;
  void Observe(Metric metric, Labels labels, Duration duration) override;
  void Set(Metric metric, Labels labels, AmountSum units, int precision) override;

  // Everything in Prometheus' text format 0.0.4: metrics in the order of Metric, series in the
  // order of their labels, values exact. Histograms have buckets from 10 µs to 10 s. What was never
  // touched has no series. O(series).
  std::string Text() const;

  // Calls that were dropped because of kMaxSeries.
  std::uint64_t dropped() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace geo

#endif  // GEO_HUB_METRICS_H_
