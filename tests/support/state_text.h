// The whole state of a hub as text, to see whether two states are the same.
#ifndef GEO_TESTS_SUPPORT_STATE_TEXT_H_
#define GEO_TESTS_SUPPORT_STATE_TEXT_H_

#include <string>

#include "geo/ledger/ledger.h"
#include "geo/storage/store.h"

namespace geo::tests {

// Everything a ledger shows, a line per thing: participants, equivalents, lines with their
// policies, pairs with balances and counters, positions, sequences, times. Two ledgers that show
// the same give the same text.
std::string StateText(const Ledger& ledger);

// All records of a store that nobody has open, one after another; ends the test program on an
// error.
std::string JournalBytes(Store& store);

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_STATE_TEXT_H_
