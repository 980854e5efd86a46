// A store that outlives the hub that uses it: a hub takes its store along when it is closed, which
// for a store in memory would be the end of it.
#ifndef GEO_EXAMPLES_REPLAY_KEPT_STORE_H_
#define GEO_EXAMPLES_REPLAY_KEPT_STORE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "geo/storage/store.h"

namespace geo::replay {

// Passes everything on to `kept`.
class KeptStore : public Store {
 public:
  explicit KeptStore(std::shared_ptr<Store> kept) : kept_(std::move(kept)) {}

  StatusOr<StoreState> Open(const OpenOptions& options) override { return kept_->Open(options); }
  Status LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) override {
    return kept_->LoadSnapshot(visit);
  }
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view)>& visit) override {
    return kept_->Replay(after, visit);
  }
  Status Append(const Batch& batch) override { return kept_->Append(batch); }
  StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override {
    return kept_->FindTransaction(id);
  }
  StatusOr<std::optional<TextEntry>> FindText(const Hash256& hash) override {
    return kept_->FindText(hash);
  }
  Status WriteSnapshot(const SnapshotSlice& slice) override { return kept_->WriteSnapshot(slice); }
  StatusOr<std::uint64_t> SizeBytes() override { return kept_->SizeBytes(); }
  Status Close() override { return kept_->Close(); }

 private:
  std::shared_ptr<Store> kept_;
};

}  // namespace geo::replay

#endif  // GEO_EXAMPLES_REPLAY_KEPT_STORE_H_
