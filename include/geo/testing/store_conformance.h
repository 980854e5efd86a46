// The conformance kit for stores: every promise of geo/storage/store.h as a check that runs.
//
// It needs no test framework. Implement StoreBench for your store, and run each check on it, for
// example as one parameterised test per check:
//
//   for (const StoreCheck& check : StoreChecks()) {
//     const std::string failure = RunStoreCheck(check, bench);
//     if (!failure.empty()) ...  // "append.conflict: want StoreConflict, got ok (line 71)"
//   }
#ifndef GEO_TESTING_STORE_CONFORMANCE_H_
#define GEO_TESTING_STORE_CONFORMANCE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/status.h"
#include "geo/storage/store.h"

namespace geo::testing {

// The place where the stores under test keep their contents. Not thread-safe.
class StoreBench {
 public:
  virtual ~StoreBench() = default;

  // Forgets everything: afterwards nothing is stored. Called with no store alive.
  virtual Status Clear() = 0;

  // A store on the present contents, not yet opened. Several may be alive at once. Never null.
  virtual std::unique_ptr<Store> NewStore() = 0;

  // All rows of a table of the read model in order of their keys, read past the store, as a person
  // with an SQL tool would; nothing when this bench cannot look, and then rows are not checked.
  virtual std::optional<std::vector<std::vector<ColumnValue>>> Rows(const TableDefinition& table) {
    (void)table;
    return std::nullopt;
  }

  // Power is lost and comes back: whatever was not durable may vanish. Called after every store
  // was destroyed without Close. False: this bench cannot; destruction alone is then the crash.
  virtual bool LosePower() { return false; }
};

struct StoreCheck {
  std::string_view name;     // "append.conflict": unique, stable
  std::string_view promise;  // the sentence of store.h that it checks, in short
  // Runs on a cleared bench. Empty when the promise is kept, else what was wrong and where.
  std::function<std::string(StoreBench&)> run;
};

// All checks, in the order of store.h. Each takes milliseconds on a quick medium.
const std::vector<StoreCheck>& StoreChecks();

// Clears the bench and runs the check. Empty, or "name: what was wrong".
std::string RunStoreCheck(const StoreCheck& check, StoreBench& bench);

}  // namespace geo::testing

#endif  // GEO_TESTING_STORE_CONFORMANCE_H_
