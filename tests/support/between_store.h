// A store that forwards everything to another, for tests to override a call or two.
#ifndef GEO_TESTS_SUPPORT_BETWEEN_STORE_H_
#define GEO_TESTS_SUPPORT_BETWEEN_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "geo/storage/store.h"

namespace geo::tests {

class Between : public Store {
 public:
  explicit Between(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}
  StatusOr<StoreState> Open(const OpenOptions& options) override { return inner_->Open(options); }
  Status LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) override {
    return inner_->LoadSnapshot(visit);
  }
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view)>& visit) override {
    return inner_->Replay(after, visit);
  }
  Status Append(const Batch& batch) override { return inner_->Append(batch); }
  StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override {
    return inner_->FindTransaction(id);
  }
  StatusOr<std::optional<TextEntry>> FindText(const Hash256& hash) override {
    return inner_->FindText(hash);
  }
  Status WriteSnapshot(const SnapshotSlice& slice) override { return inner_->WriteSnapshot(slice); }
  StatusOr<std::uint64_t> SizeBytes() override { return inner_->SizeBytes(); }
  Status Close() override { return inner_->Close(); }

 private:
  std::unique_ptr<Store> inner_;
};

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_BETWEEN_STORE_H_
