// A fingerprint of a network's state that anybody can recompute with sort and sha256sum.
#ifndef GEO_EXAMPLES_REPLAY_DIGEST_H_
#define GEO_EXAMPLES_REPLAY_DIGEST_H_

#include <string>

#include "geo/ledger/ledger.h"

namespace geo::replay {

// SHA-256, in hex, of the state as text: one line of text for each thing there is, sorted bytewise,
// each ending in a line feed. Pids in Base58, amounts with all the decimals of their equivalent:
//
//   debt DEBTOR CREDITOR EQUIVALENT AMOUNT
//   line OWNER DEBTOR EQUIVALENT LIMIT active|frozen       (closed lines are history, not state)
//   participant PID active|suspended|left|deleted
//
// O(n log n); some 30 bytes of memory per line and debt.
std::string StateDigest(const Ledger& ledger);

}  // namespace geo::replay

#endif  // GEO_EXAMPLES_REPLAY_DIGEST_H_
