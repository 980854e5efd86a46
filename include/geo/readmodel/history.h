// What has happened: payments of the past, page by page (spec 01 §6.9), and for auditors every
// record that touched a participant, a line or a transaction (§8.9).
//
//   auto history = geo::History::Open(geo::NewSqliteJournalReader("village.db").value());
//   auto page = (*history)->Payments({.participant = anna, .max = 50});
//   while (!page->next.empty()) page = (*history)->Payments(query, page->next);
//
// It is read from the journal, through a reader of its own, so it works over every kind of store,
// shows what is committed and nothing else, and neither waits for the hub nor makes it wait. What
// it keeps in memory is an index: the names of things, which payments are prepared, and for each
// block of about a thousand records whom they touch, a few bytes per record.
//
// Threads: each History is used by one thread at a time; there may be many.
#ifndef GEO_READMODEL_HISTORY_H_
#define GEO_READMODEL_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/journal/record.h"
#include "geo/storage/journal_reader.h"

namespace geo {

// A page has at most so many entries, and takes no further one that would bring it above so many
// bytes: one payment may pass, and one clearing touch, everybody there is. It ends, too, where so
// many records, or some thousand more, were read for it, whether they matched or not.
inline constexpr std::size_t kMaxHistoryPage = 1'000;
inline constexpr std::size_t kFullHistoryPageBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMostHistoryRecordsRead = 16'384;

// Which way money goes, seen from the participant.
enum class PaymentDirection : std::uint8_t { kAny = 0, kOutgoing = 1, kIncoming = 2 };

enum class PaymentType : std::uint8_t { kOneShot = 1, kTwoPhase = 2 };

// What has to hold for a payment to be shown; what is left out matches everything.
struct PaymentQuery {
  std::optional<Pid> participant = {};  // who pays or is paid
  PaymentDirection direction = PaymentDirection::kAny;
  std::optional<EquivalentCode> equivalent = {};
  std::optional<PaymentType> type = {};
  std::optional<TransactionState> state = {};
  std::optional<Timestamp> from = {};  // recorded at or after
  std::optional<Timestamp> to = {};    // recorded before
  std::size_t max = 100;               // of a page; 1 to kMaxHistoryPage
};

// One payment as it stands, at the record that last changed it.
struct PastPayment {
  std::uint64_t seq = 0;
  Timestamp time = 0;
  TxId id;
  Pid payer;
  Pid payee;
  EquivalentCode equivalent;
  Amount amount = 0;
  PaymentType type = PaymentType::kOneShot;
  TransactionState state = TransactionState::kCommitted;
  bool expired = false;      // aborted because its time was up
  Hash256 description_hash;  // all-zero: none; the text is in the side table unless erased
  struct Route {
    std::vector<Pid> participants;  // payer, …, payee
    Amount amount = 0;
    friend bool operator==(const Route&, const Route&) = default;
  };
  std::vector<Route> routes;
  friend bool operator==(const PastPayment&, const PastPayment&) = default;
};

// `next` fetches the following page with the same query; empty: there is nothing older. A page
// that is full of bytes has fewer entries than were asked for, but at least one; one for which very
// much was read may have none, and a `next` all the same.
struct PaymentPage {
  std::vector<PastPayment> payments;  // newest first
  std::string next;
};

// What an audit is about. A TxId is a payment's; the id of a proposal to clear is
// UnknownTransaction.
using AuditSubject = std::variant<Pid, LineId, TxId>;

struct AuditQuery {
  AuditSubject subject;
  std::optional<Timestamp> from = {};  // recorded at or after
  std::optional<Timestamp> to = {};    // recorded before
  std::size_t max = 100;               // of a page; 1 to kMaxHistoryPage
};

// A record: who did what, when, to whom.
struct AuditEntry {
  std::uint64_t seq = 0;
  Timestamp time = 0;
  RecordKind kind = RecordKind::kGenesis;
  Pid actor;
  std::string evidence;           // the signed command (geo/hub/command.h); empty: a trusted one
  std::string reason;             // an operator's
  std::vector<Pid> participants;  // all it touched, in order of registration
  std::vector<LineId> lines;      // that were opened or changed
  std::optional<TxId> transaction;
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

// As PaymentPage.
struct AuditPage {
  std::vector<AuditEntry> entries;  // newest first
  std::string next;
};

class History {
 public:
  // Reads the journal once. Errors: InvalidArgument (no reader), those of JournalReader::Replay,
  // RecordCorrupt, FormatNewer, OutOfMemory. O(journal): about a microsecond and a half per record.
  static StatusOr<std::unique_ptr<History>> Open(std::unique_ptr<JournalReader> reader);
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // Takes in what was committed since; the queries do so first. Errors as Open; what was taken in
  // before stays, except after OutOfMemory: the next call reads everything again.
  Status CatchUp();

  // The last record that is taken in.
  std::uint64_t head() const;

  // A page of payments, newest first by the record that last changed them: a prepared payment that
  // is decided while somebody pages moves to the front. `cursor` is the `next` of the page before,
  // made by the same query (a page of another size is fine), here or in another History of the same
  // journal, earlier or later; empty: the newest page. Errors: InvalidArgument (max, a direction
  // without a participant, a cursor of another query or none at all), UnknownParticipant,
  // UnknownEquivalent, and those of CatchUp. O(blocks + records of the blocks that the participant
  // is in, until the page is full or ends): 7 ms where it reads 16,384 small payments.
  StatusOr<PaymentPage> Payments(const PaymentQuery& query, std::string_view cursor = {});

  // A page of all records that touched the subject, newest first: of a participant, what he did and
  // what changed him, his lines, debts and reservations; of a line, its own changes and, while it
  // was live, every movement of debt between the two in its equivalent; of a transaction, its
  // stages. Errors: as Payments; UnknownParticipant, UnknownLine, UnknownTransaction.
  StatusOr<AuditPage> Audit(const AuditQuery& query, std::string_view cursor = {});

 private:
  class Impl;
  explicit History(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace geo

#endif  // GEO_READMODEL_HISTORY_H_
