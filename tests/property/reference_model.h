// A small reference model of a credit network, written from spec 01 and the public headers: plain
// maps keyed by pids and codes, big integers, no indices, no graph, no journal.
//
// It does not route. It judges: works out what a command must be answered, and has routes and
// refusals of payments checked by brute force (route_oracle.h).
#ifndef GEO_TESTS_PROPERTY_REFERENCE_MODEL_H_
#define GEO_TESTS_PROPERTY_REFERENCE_MODEL_H_

#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "geo/hub/hub.h"

namespace geo::tests {

using Big = boost::multiprecision::cpp_int;
using Way = std::tuple<std::string, Pid, Pid>;  // equivalent, from, to

inline Way Back(const Way& way) { return {std::get<0>(way), std::get<2>(way), std::get<1>(way)}; }

struct ReferenceModel {
  struct Line {
    Way way;  // equivalent, owner, debtor
    LineStatus status = LineStatus::kActive;
    Big limit;
    LinePolicy policy;
    Timestamp created = 0;
    Timestamp updated = 0;
  };

  struct Payment {
    Transaction t;
    PreparePayment asked;  // of one-shot payments only its payment
  };

  explicit ReferenceModel(const HubOptions& o) : options(o), last_time(o.founded_at) { Reopen(); }
  void Reopen() { day = DayOf(clock = last_time); }  // it knows no later time then
  void Tick(Timestamp now);                          // never back; reservations end
  // Judges a hub's answer to `command` and follows it. Empty, or what is wrong with the answer.
  std::string Judge(const VerifiedCommand& command, Timestamp now, const CommandResult& result);
  Equivalent* Currency(const std::string& code);
  const Line* Live(const Way& way) const;  // of equivalent, owner, debtor
  bool Active(const Way& way) const { return Live(way) && Live(way)->status == LineStatus(1); }
  Big Debt(const Way& way) const { return debts.count(way) != 0 ? debts.at(way) : Big(0); }
  Big Held(const Way& way) const { return held.count(way) != 0 ? held.at(way) : Big(0); }
  AmountLimits& AmountsOf(const std::string& code) {
    return amounts[static_cast<std::size_t>(Currency(code) - currencies.data())];
  }
  Big Capacity(const Way& way, bool transit) const;  // spec 01 §4.6, amounts of §4.3 applied
  std::map<Way, Big> FlowOf(const Transaction& t) const;
  void Move(const std::map<Way, Big>& flow);
  void Decide(Transaction& t, TransactionState state, bool expires);

  HubOptions options;
  std::map<Pid, Participant> people;
  std::vector<Pid> registered;                        // in order of registration
  std::vector<Equivalent> currencies;                 // in order of creation, removed ones too
  std::map<LineId, Line> lines;                       // closed ones too
  std::map<Way, LineId> latest;                       // equivalent, owner, debtor
  std::map<Way, Big> debts;                           // equivalent, debtor, creditor; never zero
  std::map<Way, std::pair<std::int64_t, Big>> moved;  // by payments, on that day
  std::map<Pid, std::uint64_t> sequences;
  std::map<TxId, Payment> payments;
  std::map<Way, Big> held;                                     // by prepared payments
  std::vector<std::pair<std::uint64_t, Transaction>> expired;  // by record; whoever looks clears it
  CountLimits counts;                                          // spec 01 §6.8
  std::map<std::size_t, AmountLimits> amounts;                 // by equivalent
  std::map<std::pair<Pid, std::int64_t>, std::uint32_t> made;  // payments, on that day
  std::uint64_t records = 1;                                   // the genesis
  Timestamp last_time = 0;                                     // of the last record
  Timestamp clock = 0;
  std::int64_t day = 0;
};

}  // namespace geo::tests

#endif  // GEO_TESTS_PROPERTY_REFERENCE_MODEL_H_
