// What a hub finds in its store: the newest snapshot, then the journal's tail, every record
// checked.
//
// Where the host lends a second core, it reads from the store what comes next while the first loads
// or folds in what was read before; the two share nothing else.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/base/both.h"
#include "src/base/status_macros.h"
#include "src/hub/hub_impl.h"

namespace geo {
namespace {

// One slice of the snapshot.
struct SlicePart {
  bool empty() const { return !read; }

  bool read = false;
  LedgerSlice slice;
  Status error;  // why no more is read
};

class SliceReader {
 public:
  explicit SliceReader(Store& store) : store_(store) {}

  Status operator()(SlicePart& part) {
    part.read = false;
    return store_.LoadSnapshot(next_, [&](const SnapshotSlice& slice) -> StatusOr<bool> {
      if (next_++ == 0) snapshot_ = slice.snapshot;
      if (slice.snapshot != snapshot_) {
        return MakeError(ErrorCode::kRecordCorrupt, "slices of two snapshots");
      }
      GEO_RETURN_IF_ERROR(part.slice.Read(slice.bytes));
      part.read = true;
      return false;
    });
  }

 private:
  Store& store_;
  std::uint32_t next_ = 0;
  std::uint64_t snapshot_ = 0;
};

// Some records of the journal.
struct RecordPart {
  bool empty() const { return count == 0; }

  std::vector<ReadRecord> records;  // the first `count` of them; their memory is used again
  std::size_t count = 0;
  Status error;  // why no more are read
};

class RecordReader {
 public:
  // Reads what follows record `after`.
  RecordReader(Store& store, std::uint64_t after) : store_(store), seen_(after) {}

  Status operator()(RecordPart& part) {
    part.records.resize(kRecordsAtOnce);
    part.count = 0;
    while (part.count < kRecordsAtOnce) {
      if (rest_.empty()) GEO_RETURN_IF_ERROR(NextGroup());
      if (rest_.empty()) return OkStatus();
      ReadRecord& next = part.records[part.count];
      GEO_ASSIGN_OR_RETURN(next.hash, TakeRecordInto(&rest_, &next.record));
      if (next.record.seq <= seen_) continue;  // a group may begin earlier
      seen_ = next.record.seq;
      ++part.count;
    }
    return OkStatus();
  }

 private:
  // So many that starting a thread for them is worth it, so few that they stay in the cache.
  static constexpr std::size_t kRecordsAtOnce = 256;
  static constexpr std::size_t kBytesAtOnce = std::size_t{1} << 18;

  // Goes on to the next group; none when there is no more.
  Status NextGroup() {
    if (group_ == ends_.size() && fetched_.ok()) fetched_ = Fetch();
    if (group_ == ends_.size()) return fetched_;
    const std::size_t begin = group_ == 0 ? 0 : ends_[group_ - 1];
    rest_ = std::string_view(bytes_).substr(begin, ends_[group_++] - begin);
    return OkStatus();
  }

  // Whole groups, up to the first that makes it enough. None when the last ones brought no record
  // that follows: the same would come again.
  Status Fetch() {
    bytes_.clear();
    ends_.clear();
    group_ = 0;
    if (std::exchange(fetched_after_, seen_) == seen_) return OkStatus();
    return store_.Replay(seen_, [&](std::string_view packed) -> StatusOr<bool> {
      bytes_.append(packed);
      if (!packed.empty()) ends_.push_back(bytes_.size());
      return bytes_.size() < kBytesAtOnce;
    });
  }

  Store& store_;
  std::uint64_t seen_;                          // the last record read
  std::optional<std::uint64_t> fetched_after_;  // what it was at the last Fetch
  Status fetched_;                 // of that Fetch; what it brought counts all the same
  std::string bytes_;              // groups one after another
  std::vector<std::size_t> ends_;  // where they end
  std::size_t group_ = 0;          // the next one of them
  std::string_view rest_;          // of the one before it, not read yet
};

}  // namespace

// A snapshot only shortens the replay: one that is damaged is left aside, and the journal, which is
// whole, is replayed from its beginning.
Status Hub::Impl::LoadSnapshot() {
  std::optional<JournalHead> first;
  const auto loaded = [&](const JournalHead& head) {
    if (!first.has_value()) first = head;
    loaded_seq_ = std::max(loaded_seq_, head.seq);
  };
  const Status status = LoadSlices(loaded);
  const ErrorCode code = ErrorCodeOf(status);
  if (code == ErrorCode::kRecordCorrupt || code == ErrorCode::kStoreCorrupt) {
    *ledger = Ledger();
    loaded_seq_ = 0;
    return OkStatus();
  }
  GEO_RETURN_IF_ERROR(status);
  if (!first.has_value()) return OkStatus();
  planned = *first;
  last_checkpoint_ = ledger->last_time();
  loading_ = true;
  if (planned.seq < loaded_seq_) return OkStatus();
  loading_ = false;
  return ledger->FinishLoading(planned);
}

Status Hub::Impl::LoadSlices(const std::function<void(const JournalHead&)>& loaded) {
  if (options.run_both) {
    return ReadAhead<SlicePart>(options.run_both, SliceReader(*store), [&](SlicePart& part) {
      GEO_ASSIGN_OR_RETURN(const JournalHead head, ledger->LoadSlice(part.slice));
      loaded(head);
      return OkStatus();
    });
  }
  return store->LoadSnapshot(0, [&](const SnapshotSlice& slice) -> StatusOr<bool> {
    GEO_ASSIGN_OR_RETURN(const JournalHead head, ledger->LoadSlice(slice.bytes));
    loaded(head);
    return true;
  });
}

Status Hub::Impl::ReplayJournal(std::uint64_t rows_seq) {
  if (read_model) read_model->StartAfter(rows_seq);
  const std::uint64_t from = read_model ? std::min(rows_seq, planned.seq) : planned.seq;
  GEO_RETURN_IF_ERROR(ReplayRecords(from, [&](Record& record, const Hash256& hash) {
    return ReplayRecord(record, hash, rows_seq);
  }));
  if (!loading_) return OkStatus();
  return MakeError(ErrorCode::kChainBroken,
                   "the snapshot shows record " + std::to_string(loaded_seq_) +
                       ", the journal ends at " + std::to_string(planned.seq));
}

Status Hub::Impl::ReplayRecords(std::uint64_t after,
                                const std::function<Status(Record&, const Hash256&)>& replay) {
  if (options.run_both) {
    return ReadAhead<RecordPart>(
        options.run_both, RecordReader(*store, after), [&](RecordPart& part) {
          for (std::size_t i = 0; i < part.count; ++i) {
            GEO_RETURN_IF_ERROR(replay(part.records[i].record, part.records[i].hash));
          }
          return OkStatus();
        });
  }
  Record record;
  return store->Replay(after, [&](std::string_view packed) -> StatusOr<bool> {
    while (!packed.empty()) {
      GEO_ASSIGN_OR_RETURN(const Hash256 hash, TakeRecordInto(&packed, &record));
      GEO_RETURN_IF_ERROR(replay(record, hash));
    }
    return true;
  });
}

Status Hub::Impl::ReplayRecord(Record& record, const Hash256& hash, std::uint64_t rows_seq) {
  if (record.seq > planned.seq) {
    if (record.seq != planned.seq + 1 || record.previous != planned.hash) {
      return MakeError(ErrorCode::kChainBroken, "record " + std::to_string(record.seq) +
                                                    " does not follow record " +
                                                    std::to_string(planned.seq));
    }
    if (!loading_) GEO_RETURN_IF_ERROR(ledger->Check(record));
    ledger->Apply(record);
    planned = {record.seq, hash};
    if (record.seq == 1) last_checkpoint_ = record.time;
    if (loading_ && planned.seq >= loaded_seq_) {
      loading_ = false;
      GEO_RETURN_IF_ERROR(ledger->FinishLoading(planned));
    }
  }
  if (read_model && record.seq > rows_seq) read_model->Apply(std::move(record), *ledger);
  return OkStatus();
}

}  // namespace geo
