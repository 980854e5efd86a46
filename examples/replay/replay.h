// Founds a network in a store, plays a sequence of payments through it, and counts what happened.
#ifndef GEO_EXAMPLES_REPLAY_REPLAY_H_
#define GEO_EXAMPLES_REPLAY_REPLAY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/status.h"
#include "geo/routing/router.h"
#include "geo/storage/store.h"
#include "shared/data.h"

namespace geo::replay {

struct Settings {
  std::optional<std::uint64_t> payments;  // at most so many; none: all there are
  bool swap_ends = false;                 // whoever is paid in the data pays, and the reverse
  std::uint32_t max_hops = kUnlimited;
  std::uint32_t max_paths = kUnlimited;
  // Asks whether each payment could be made, and makes none: each finds the network as it was at
  // the start.
  bool keep_state = true;
  std::string store;  // path of a database; empty: in memory
  Durability durability = Durability::kDurable;
  std::size_t group = 1'000;  // payments per flush
  bool digest = false;
};

struct Report {
  std::size_t participants = 0;
  std::size_t lines = 0;
  std::size_t debts = 0;
  int precision = 0;

  std::string acceptance;  // '1' or '0' per payment, in order
  std::uint64_t accepted = 0;
  AmountSum volume = 0;
  AmountSum accepted_volume = 0;
  std::map<std::string, std::uint64_t> refused;   // by reason
  std::map<std::size_t, std::uint64_t> hops;      // routes by length
  std::map<std::size_t, std::uint64_t> paths;     // accepted payments by number of routes
  std::vector<std::uint32_t> submit_nanoseconds;  // of each payment
  std::vector<std::uint32_t> flush_microseconds;  // of each group; none when nothing is paid

  double load_seconds = 0;        // registering, opening balances, rows for SQL
  double pay_seconds = 0;         // submits and flushes
  double read_model_seconds = 0;  // rows for SQL that were behind at the end
  double reopen_seconds = 0;      // close, open and recover; 0 without a digest
  std::uint64_t store_bytes = 0;

  std::string digest_after;     // StateDigest; empty when not asked for
  std::string digest_reopened;  // the same of the network as opened anew from its store
};

// Errors: those of the hub and its store, and of the data. What the store holds then is a network
// up to the last group.
StatusOr<Report> Replay(examples::Data data, const Settings& settings);

}  // namespace geo::replay

#endif  // GEO_EXAMPLES_REPLAY_REPLAY_H_
