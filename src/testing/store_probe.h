// What the store checks are written with: a model of what a store should hold, batches that extend
// it, and a comparison.
#ifndef GEO_SRC_TESTING_STORE_PROBE_H_
#define GEO_SRC_TESTING_STORE_PROBE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "geo/storage/store.h"
#include "geo/testing/store_conformance.h"

namespace geo::testing::internal {

using Rows = std::vector<std::vector<ColumnValue>>;

// What a store should hold after the batches that were applied to it.
struct StoreModel {
  JournalHead head;
  std::uint64_t rows_seq = 0;
  std::uint64_t acknowledged = 0;
  std::vector<std::pair<std::uint64_t, std::string>> groups;  // last record, bytes
  std::map<std::string, std::uint64_t> transactions;
  std::map<Hash256, std::optional<TextEntry>> texts;  // nothing: erased or never there

  void Apply(const Batch& batch);
};

// The next batch: `records` records as one group, an id and a text for it, marks as in `model`.
Batch NextBatch(const StoreModel& model, std::uint64_t records = 1);

// Appends the batch, and applies it to the model when that went well.
Status AppendTo(Store& store, StoreModel& model, const Batch& batch);

// Empty when `store` (open) holds exactly the model, as far as its calls show.
std::string Compare(Store& store, const StoreModel& model);

// Compare, and what Open returned.
std::string Compare(Store& store, const StoreState& opened, const StoreModel& model);

// What Replay(after) visits; an error leaves what was visited so far.
StatusOr<std::vector<std::string>> ReplayFrom(Store& store, std::uint64_t after);

// What LoadSnapshot visits.
StatusOr<std::vector<SnapshotSlice>> SnapshotOf(Store& store);

// A read model of two tables, with every column type and key form.
OpenOptions WithTables();
inline constexpr std::size_t kPeople = 0;  // key: name (text); age (integer), note, photo (bytes)
inline constexpr std::size_t kDebts = 1;   // key: from, to (integers); amount

Hash256 HashOf(std::string_view name);  // any 32 bytes that differ for different short names
TextEntry TextOf(std::string_view name, std::string text);
TxId IdOf(std::string_view text);

inline const Status& StatusOf(const Status& status) { return status; }
template <typename T>
const Status& StatusOf(const StatusOr<T>& result) {
  return result.status();
}

// "expr: want X, got Y (line N)".
std::string Failure(std::string_view expression, std::string_view want, const Status& got,
                    int line);
std::string Failure(std::string_view expression, int line);

// The checks, by file.
std::vector<StoreCheck> OpenChecks();
std::vector<StoreCheck> AppendChecks();
std::vector<StoreCheck> ContentChecks();
std::vector<StoreCheck> SnapshotChecks();
std::vector<StoreCheck> DurabilityChecks();

}  // namespace geo::testing::internal

// Each returns from the enclosing check when its promise is broken.
#define WANT_OK(expr)                                                                \
  do {                                                                               \
    const ::geo::Status want_status_ = ::geo::testing::internal::StatusOf(expr);     \
    if (!want_status_.ok())                                                          \
      return ::geo::testing::internal::Failure(#expr, "ok", want_status_, __LINE__); \
  } while (false)
#define WANT_ERROR(expr, error)                                                        \
  do {                                                                                 \
    const ::geo::Status want_status_ = ::geo::testing::internal::StatusOf(expr);       \
    if (::geo::ErrorCodeOf(want_status_) != ::geo::ErrorCode::k##error)                \
      return ::geo::testing::internal::Failure(#expr, #error, want_status_, __LINE__); \
  } while (false)
#define WANT(condition)                                                               \
  do {                                                                                \
    if (!(condition)) return ::geo::testing::internal::Failure(#condition, __LINE__); \
  } while (false)
// For functions that return a failure text themselves.
#define WANT_SAME(expr)                                                            \
  do {                                                                             \
    const std::string want_text_ = (expr);                                         \
    if (!want_text_.empty())                                                       \
      return ::geo::testing::internal::Failure(#expr ": " + want_text_, __LINE__); \
  } while (false)

#endif  // GEO_SRC_TESTING_STORE_PROBE_H_
