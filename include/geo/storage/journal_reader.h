// Reading a journal while its hub writes: for questions about the past that need not wait for the
// hub, or make it wait (spec 01 §6.9).
#ifndef GEO_STORAGE_JOURNAL_READER_H_
#define GEO_STORAGE_JOURNAL_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/storage/store.h"

namespace geo {

// Looks at what a store has committed and changes nothing. Each object is used by one thread at a
// time; several may look at one store, also while a writer has it open.
class JournalReader {
 public:
  virtual ~JournalReader() = default;

  // As Store::Replay. What is appended during the call may or may not be visited. Errors: those of
  // Store::Replay; StoreBusy (try again).
  virtual Status Replay(std::uint64_t after,
                        const std::function<StatusOr<bool>(std::string_view packed)>& visit) = 0;

  // As Store::FindTransaction.
  virtual StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) = 0;
};

// Reads the SQLite store at `path`, on any thread, whether a hub has it open or not. Its answers
// hold up the writer nowhere; only the cutting of the log after an erasure waits for a reading to
// end. Errors: InvalidArgument (not a path), StoreIo (nothing there), StoreReadOnly (may not be
// read), StoreForeign (something else), StoreNewer (made by a newer version), StoreCorrupt
// (damaged), OutOfMemory.
StatusOr<std::unique_ptr<JournalReader>> NewSqliteJournalReader(const std::string& path);

// Reads what stores on `medium` hold, on the thread that those stores belong to.
std::unique_ptr<JournalReader> NewMemoryJournalReader(std::shared_ptr<MemoryMedium> medium);

}  // namespace geo

#endif  // GEO_STORAGE_JOURNAL_READER_H_
