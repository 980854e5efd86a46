// A second connection to a store's database, which only reads.
#include "geo/storage/journal_reader.h"

#include <utility>

#include "src/base/no_memory.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/storage/sqlite/database.h"
#include "src/storage/sqlite/group.h"
#include "src/storage/sqlite/posix_files.h"
#include "src/storage/sqlite/stamped_vfs.h"
#include "src/storage/sqlite/store_file.h"
#include "src/storage/sqlite/transaction_index.h"

namespace geo {
namespace {

constexpr int kPatienceMilliseconds = 1'000;

class SqliteJournalReader : public JournalReader {
 public:
  Status Open(const std::string& path);
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view packed)>& visit) override;
  StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override;

 private:
  Database database_;
  Statement groups_;  // before database_ is closed
  TransactionLookup transactions_;
};

Status SqliteJournalReader::Open(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return MakeError(ErrorCode::kInvalidArgument, "an empty path, or one with a zero byte");
  }
  GEO_ASSIGN_OR_RETURN(const SqliteFiles::Info info, NewPosixFiles("")->Look(path));
  if (!info.exists) return MakeError(ErrorCode::kStoreIo, "there is no file " + Quote(path));
  GEO_ASSIGN_OR_RETURN(const std::string vfs, StampedVfs(""));
  GEO_RETURN_IF_ERROR(CheckStoreFile(info, path, VfsBelow(vfs)));
  GEO_RETURN_IF_ERROR(database_.Open(path, SQLITE_OPEN_READONLY, vfs));
  sqlite3_busy_timeout(database_.handle(), kPatienceMilliseconds);
  GEO_ASSIGN_OR_RETURN(groups_, database_.Prepare(kGroupsAfter));
  return transactions_.Open(database_);
}

Status SqliteJournalReader::Replay(
    std::uint64_t after, const std::function<StatusOr<bool>(std::string_view packed)>& visit) {
  return VisitGroups(database_, groups_, after, visit).status();
}

StatusOr<std::optional<std::uint64_t>> SqliteJournalReader::FindTransaction(const TxId& id) {
  return transactions_.Find(id);
}

}  // namespace

StatusOr<std::unique_ptr<JournalReader>> NewSqliteJournalReader(const std::string& path) {
  return CatchNoMemory([&]() -> StatusOr<std::unique_ptr<JournalReader>> {
    auto reader = std::make_unique<SqliteJournalReader>();
    GEO_RETURN_IF_ERROR(reader->Open(path));
    return std::unique_ptr<JournalReader>(std::move(reader));
  });
}

}  // namespace geo
