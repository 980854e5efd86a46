// A store that fails on purpose: wraps any store and answers each documented error of
// geo/storage/store.h, scripted or by chance from a seed, before or after the call had its effect,
// and loses power.
//
// What it wraps sees only calls that had their effect; everything appended since the last durable
// call is held back here, so that LosePower can drop it. Rows of the read model that other tools
// read therefore lag behind until a durable append. Like the store that it wraps: one thread at a
// time.
#ifndef GEO_TESTING_FAULTY_STORE_H_
#define GEO_TESTING_FAULTY_STORE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string_view>
#include <variant>
#include <vector>

#include "geo/base/status.h"
#include "geo/storage/store.h"

namespace geo::testing {

enum class StoreCall : std::uint8_t {
  kOpen,
  kLoadSnapshot,
  kReplay,
  kAppend,
  kFindTransaction,
  kFindText,
  kWriteSnapshot,
  kSizeBytes,
  kClose,
};
inline constexpr std::size_t kStoreCalls = 9;

// One failure to come.
struct StoreFault {
  StoreCall call = StoreCall::kAppend;
  std::uint64_t nth = 1;                 // the nth such call from now on; 1 is the next
  ErrorCode code = ErrorCode::kStoreIo;  // what the call answers
  bool after = false;                    // the call has its effect first
  bool lose_power = false;               // and then power is lost, keeping `keep` appends
  std::size_t keep = 0;                  // as LosePower
  std::size_t visits = 0;                // LoadSnapshot, Replay: visits made before the failure
};

// Failures by chance.
struct StoreFaultRates {
  std::uint64_t seed = 0;
  std::uint32_t per_thousand = 0;  // of Append and WriteSnapshot calls
  bool lose_power = false;         // half of the failures lose power as well
};

class FaultyStore : public Store {
 public:
  // `inner` must not be null.
  explicit FaultyStore(std::unique_ptr<Store> inner);
  ~FaultyStore() override;

  // Adds one failure. Faults of one call are independent of each other: each counts for itself.
  void Schedule(const StoreFault& fault);

  // From now on, Append and WriteSnapshot fail by chance with one of the errors that store.h
  // documents for them (Busy, Full, Io, Unknown), Unknown with or without effect. 0 ends it.
  void FailByChance(const StoreFaultRates& rates);

  // Power is lost: of the appends and slices that were not durable only the first `keep` remain,
  // and every call but Open and Close answers StorePoisoned until the store was closed and opened
  // again.
  void LosePower(std::size_t keep = 0);

  // Appends and slices that LosePower would drop.
  std::size_t undurable() const { return held_back_.size(); }

  // Calls so far, failed ones included.
  std::uint64_t calls(StoreCall call) const { return calls_[static_cast<std::size_t>(call)]; }

  StatusOr<StoreState> Open(const OpenOptions& options) override;
  Status LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) override;
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view packed)>& visit) override;
  Status Append(const Batch& batch) override;
  StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override;
  StatusOr<std::optional<TextEntry>> FindText(const Hash256& hash) override;
  Status WriteSnapshot(const SnapshotSlice& slice) override;
  StatusOr<std::uint64_t> SizeBytes() override;
  Status Close() override;

 private:
  using Write = std::variant<Batch, SnapshotSlice>;

  std::optional<StoreFault> TakeFault(StoreCall call);
  std::optional<StoreFault> TakeChance(StoreCall call);
  Status CheckUsable() const;
  Status Fail(const StoreFault& fault);
  Status DoAppend(const Batch& batch);
  Status DoWriteSnapshot(const SnapshotSlice& slice);
  Status Settle(std::size_t count);
  std::unique_ptr<Store> inner_;
  std::vector<StoreFault> faults_;  // `nth` counts down
  StoreFaultRates rates_;
  std::mt19937_64 random_;
  std::array<std::uint64_t, kStoreCalls> calls_{};
  std::vector<TableDefinition> tables_;
  StoreState state_;  // with what is held back
  SnapshotProgress progress_;
  std::deque<Write> held_back_;
  bool open_ = false;
  bool poisoned_ = false;
};

}  // namespace geo::testing

#endif  // GEO_TESTING_FAULTY_STORE_H_
