// Debts cleared in several ways and compared.
//
// A hub sets debts in both directions of a pair off against each other as they come in. That is a
// clearing, too, and the shortest of all: it takes something from the optimum. So the optimum is
// looked for in the debts as they were given, by geo/graph alone, and the cycles in a hub.
#ifndef GEO_EXAMPLES_CLEAR_CLEARING_H_
#define GEO_EXAMPLES_CLEAR_CLEARING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/status.h"
#include "geo/hub/hub.h"
#include "shared/data.h"

namespace geo::clear {

// One way to clear, and what comes of it. Amounts are minor units.
struct Way {
  std::uint32_t max_length = 0;  // of cycles; 2: debts in both directions; 0: the optimal set-off
  AmountSum cleared = 0;         // off all debts together, in both directions included
  // With an optimal set-off after it, what short cycles have not spoilt.
  AmountSum reachable = 0;
  std::size_t cycles = 0;
  double seconds = 0;  // of this run on this machine
};

struct Comparison {
  std::size_t participants = 0;
  std::size_t debts = 0;  // as given
  AmountSum total = 0;    // of them
  int precision = 0;
  AmountSum upper_bound = 0;  // nothing clears more, proven
  std::vector<Way> ways;      // 2, the lengths asked for, 0
};

struct World {
  std::vector<examples::Debt> given;  // one per debtor and creditor, ascending
  std::vector<examples::Line> lines;  // of those that may grow
  std::unique_ptr<Hub> hub;
  EquivalentCode unit;
  std::vector<examples::Account> accounts;  // by participant
  std::size_t debts = 0;                    // as given
  AmountSum total = 0;
  int precision = 0;
};

// Puts the network into a hub, where debts in both directions are set off. Errors: those of the
// hub.
StatusOr<World> Load(examples::Network network);

// Tries every way without carrying it out. Errors: those of the hub.
StatusOr<Comparison> Compare(const World& world, const std::vector<std::uint32_t>& lengths,
                             bool growth);

// The debts that are left when one way is carried out: cycles up to `max_length`, or the optimum
// when it is 0. Errors: those of the hub and of graph::MaximumCirculation.
StatusOr<std::vector<examples::Debt>> Carry(World& world, std::uint32_t max_length, bool growth);

}  // namespace geo::clear

#endif  // GEO_EXAMPLES_CLEAR_CLEARING_H_
