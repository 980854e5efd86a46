// Clearings and proposals as people are shown them: pids and codes instead of indices.
#ifndef GEO_HUB_CLEARING_VIEW_H_
#define GEO_HUB_CLEARING_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/clearing/clearing.h"
#include "geo/journal/entity.h"
#include "geo/ledger/ledger.h"

namespace geo {

// A cycle in debtor→creditor order and what is, or could be, taken off each of its debts.
struct CycleView {
  std::vector<Pid> participants;
  Amount amount = 0;
  friend bool operator==(const CycleView&, const CycleView&) = default;
};

struct CyclesView {
  std::vector<CycleView> cycles;
  bool complete = true;  // false: a limit ended it, and there may be more
};

// What was cleared, or would be.
struct ClearingView {
  // Of a clearing that a payment triggered: why it was not carried out; the payment stands.
  Status status;
  AmountSum cleared = 0;                 // by how much all debts together fall
  std::optional<AmountSum> upper_bound;  // of a set-off: proven that no more is possible
  std::size_t debts = 0;                 // changed
  std::vector<CycleView> cycles;         // in the order taken; of a set-off: none
  bool complete = true;                  // false: a limit ended it, and there may be more to clear
  std::uint64_t work = 0;                // arcs looked at
  std::vector<std::uint64_t> records;    // where it is written; of a dry run: none
};

// A proposal to clear (spec 01 §7.5).
struct ProposalView {
  TxId id;
  Pid proposer;
  EquivalentCode equivalent;
  std::vector<Pid> cycle;  // debtor→creditor
  Amount min_amount = 0;
  Timestamp proposed_at = 0;
  Timestamp expires_at = 0;
  ProposalState state = ProposalState::kProposed;
  std::vector<Pid> accepted;
  std::vector<Pid> awaited;  // whose acceptance is missing now; of closed ones: none
  Amount cleared = 0;        // off each debt; of committed ones
  Hash256 terms;             // what an acceptance signs
  friend bool operator==(const ProposalView&, const ProposalView&) = default;
};

// In pids and codes what the others have in indices, which must be the ledger's. What a proposal
// waits for, and the terms to accept it, are as the ledger stands now. Pure functions; O(what is
// shown).
ClearingView ViewOf(const Ledger& ledger, const ClearingPlan& plan);
CyclesView ViewOf(const Ledger& ledger, const CycleListing& listing);
ProposalView ViewOf(const Ledger& ledger, const Proposal& proposal);

}  // namespace geo

#endif  // GEO_HUB_CLEARING_VIEW_H_
