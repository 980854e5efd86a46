// The tables people query, by position.
#ifndef GEO_SRC_READMODEL_TABLES_H_
#define GEO_SRC_READMODEL_TABLES_H_

#include <cstddef>
#include <vector>

#include "geo/storage/store.h"

namespace geo {

enum class Table : std::size_t {
  kParticipants = 0,
  kEquivalents = 1,
  kTrustLines = 2,
  kDebts = 3,
  kTransactions = 4,
  kReservations = 5,
};

std::vector<TableDefinition> ReadModelTables();

}  // namespace geo

#endif  // GEO_SRC_READMODEL_TABLES_H_
