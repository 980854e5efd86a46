// What the store keeps of the read model, by position: small rows of numbers. People see the views.
#ifndef GEO_SRC_READMODEL_TABLES_H_
#define GEO_SRC_READMODEL_TABLES_H_

#include <cstddef>
#include <vector>

#include "geo/storage/store.h"

namespace geo {

enum class Table : std::size_t {
  kParticipants = 0,
  kEquivalents = 1,
  kLines = 2,
  kPairs = 3,
  kTransactions = 4,
  kReservations = 5,
};

std::vector<TableDefinition> ReadModelTables();
std::vector<ViewDefinition> ReadModelViews();

}  // namespace geo

#endif  // GEO_SRC_READMODEL_TABLES_H_
