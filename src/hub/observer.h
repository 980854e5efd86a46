// What a hub tells its host's metrics and log. Without either it does nothing.
#ifndef GEO_SRC_HUB_OBSERVER_H_
#define GEO_SRC_HUB_OBSERVER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/hub/log.h"
#include "geo/hub/metrics.h"
#include "geo/integrity/check.h"
#include "src/hub/totals.h"

namespace geo {

class Observer {
 public:
  explicit Observer(const HubOptions& options)
      : metrics_(options.metrics), log_(options.log), stopwatch_(options.stopwatch) {}

  // What is remembered of a command until it is answered.
  enum class Step : std::uint8_t { kNoPayment, kPay, kPrepare, kCommit, kAbort };
  struct Asked {
    std::string_view operation;
    Pid signer;
    Step step = Step::kNoPayment;
    std::optional<TxId> id;
    Duration begun = 0;
  };
  static Asked Ask(const VerifiedCommand& command, Duration begun);

  bool watches() const { return metrics_ != nullptr || log_ != nullptr; }
  // Of the host's stopwatch; 0 without one.
  Duration Now() const { return stopwatch_ ? stopwatch_() : 0; }

  // `ledger` knows everything that is named; `time` is the hub's clock.
  void Opened(const Ledger& ledger, std::uint64_t seq, Timestamp time);
  void Routed(Duration begun);
  void Answered(const Asked& asked, const CommandResult& result, const Ledger& ledger,
                Timestamp time);
  // A scheduled clearing; others are told with the command that led to them.
  void Cleared(const ClearingView& clearing, Timestamp time);
  void Expired(const Transaction& transaction, const Ledger& ledger, Timestamp time);
  void Checkpointed(std::uint64_t seq, Timestamp time);
  void Poisoned(const Status& why, Timestamp time);
  void SetGauges(const Totals& totals, Duration checkpoint_age, const Ledger& ledger);
  // Runs every check; reports on the equivalents that are not removed.
  std::vector<IntegrityReport> CheckIntegrity(const Ledger& ledger, Timestamp time);

 private:
  void Log(LogLevel level, std::string_view event, Timestamp time, Json::Object fields);
  void CountClearing(std::string_view end);
  void Took(Metric metric, Metrics::Labels labels, Duration begun);
  void Tell(const IntegrityReport& report, const Equivalent& equivalent, Timestamp time);

  Metrics* metrics_;
  LogSink* log_;
  std::function<Duration()> stopwatch_;
};

}  // namespace geo

#endif  // GEO_SRC_HUB_OBSERVER_H_
