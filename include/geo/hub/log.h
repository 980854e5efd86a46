// What a hub tells about itself in words: structured entries for the host's log.
//
// An entry is written when what it tells is durable (or refused), in the order of the answers:
//
//   event                level           fields
//   hub.opened           info            network, seq (the last record)
//   payment, line.open,  info; warning   signer, code ("Ok" or the error's name), seq (the record;
//   … (OperationName)    when refused    absent when there is none); of payments and proposals
//                                        tx_id, and, when there is a transaction, payer, payee,
//                                        amount, equivalent, state, and repeated when it was known
//                                        already and of those that cleared or triggered a clearing:
//                                        cleared_units (minor units), clearing_code, and
//                                        clearing_complete (false: a limit ended it)
//   opening_balances     the same        the same
//   clearing.scheduled   info; warning   cleared_units, clearing_code, clearing_complete
//                        when it failed
//   payment.expired      info            tx_id, payer, payee, amount, equivalent, state
//   checkpoint           info            seq
//   integrity            info; warning;  equivalent, zero_sum, accumulators, trust_limits,
//                        error           debt_symmetry: what each check found, 0 when all is well
//   hub.poisoned         error           code: the append that failed, or OutOfMemory; where there
//                                        is no memory for the entry it comes with the next call
//
// No entry holds personal text, nor any message, which may quote what somebody sent.
#ifndef GEO_HUB_LOG_H_
#define GEO_HUB_LOG_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "geo/base/time.h"
#include "geo/crypto/json.h"

namespace geo {

enum class LogLevel : std::uint8_t { kInfo, kWarning, kError };

// "info", "warning", "error".
std::string_view LogLevelName(LogLevel level);

struct LogEntry {
  LogLevel level = LogLevel::kInfo;
  std::string_view event;  // valid during Write
  Timestamp time = 0;      // the hub's clock
  Json::Object fields;     // strings, integers, true and false; pids, amounts and ids as text
};

// Where entries go. A hub calls it on the thread that uses the hub; a SerialHub on whichever thread
// has its turn, one at a time. Calls must be quick, must not throw, and must not call the hub.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void Write(const LogEntry& entry) = 0;
};

// The entry as one line of canonical JSON: the fields beside "event", "level" and "time"
// (microseconds), without a line end; "event" and "level" alone when the others cannot be said in
// JSON, as a time beyond 2^53 − 1 (the year 2255). Any thread. O(size).
std::string LogLine(const LogEntry& entry);

}  // namespace geo

#endif  // GEO_HUB_LOG_H_
