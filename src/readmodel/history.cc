#include "geo/readmodel/history.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>

#include "geo/base/bytes.h"
#include "geo/base/encoding.h"
#include "src/base/no_memory.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/readmodel/history_index.h"

namespace geo {
namespace {

constexpr std::uint64_t kCursorVersion = 1;
constexpr std::uint64_t kNewest = std::numeric_limits<std::uint64_t>::max();

// FNV-1a: tells a cursor of another query; nobody gains by forging one.
std::uint64_t FingerprintOf(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
  return hash;
}

// A query without its page size, for fingerprints.
class QueryBytes {
 public:
  explicit QueryBytes(std::uint8_t kind) { writer_.Byte(kind); }

  template <std::size_t N, typename Kind>
  void Add(const std::optional<FixedBytes<N, Kind>>& id) {
    writer_.Byte(id ? 1 : 0);
    if (id) writer_.Fixed(*id);
  }
  void Add(const std::optional<std::int64_t>& number) {
    writer_.Byte(number ? 1 : 0);
    if (number) writer_.Signed(*number);
  }
  void Add(std::string_view text) { writer_.Bytes(text); }
  std::uint64_t Fingerprint() const { return FingerprintOf(bytes_); }

 private:
  std::string bytes_;
  ByteWriter writer_{&bytes_};
};

std::uint64_t FingerprintOf(const PaymentQuery& query) {
  QueryBytes bytes(1);
  bytes.Add(query.participant);
  bytes.Add(static_cast<std::int64_t>(query.direction));
  bytes.Add(query.equivalent ? query.equivalent->text() : std::string_view());
  bytes.Add(query.type ? static_cast<std::int64_t>(*query.type) : 0);
  bytes.Add(query.state ? static_cast<std::int64_t>(*query.state) : 0);
  bytes.Add(query.from);
  bytes.Add(query.to);
  return bytes.Fingerprint();
}

std::uint64_t FingerprintOf(const AuditQuery& query) {
  QueryBytes bytes(static_cast<std::uint8_t>(2 + query.subject.index()));
  if (const auto* pid = std::get_if<Pid>(&query.subject)) bytes.Add(pid->view());
  if (const auto* line = std::get_if<LineId>(&query.subject)) bytes.Add(line->view());
  if (const auto* id = std::get_if<TxId>(&query.subject)) bytes.Add(id->text());
  bytes.Add(query.from);
  bytes.Add(query.to);
  return bytes.Fingerprint();
}

std::string MakeCursor(std::uint64_t before, std::uint64_t fingerprint) {
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Varint(kCursorVersion);
  writer.Varint(before);
  writer.Fixed64(fingerprint);
  return EncodeHex(bytes);
}

// The record before which the page begins.
StatusOr<std::uint64_t> ReadCursor(std::string_view cursor, std::uint64_t fingerprint) {
  if (cursor.empty()) return kNewest;
  const StatusOr<std::string> bytes = DecodeHex(cursor);
  if (bytes.ok()) {
    ByteReader reader(*bytes);
    const std::uint64_t version = reader.Varint();
    const std::uint64_t before = reader.Varint();
    const std::uint64_t query = reader.Fixed64();
    if (reader.Complete() && version == kCursorVersion && query == fingerprint) return before;
  }
  return MakeError(ErrorCode::kInvalidArgument,
                   "cursor " + Quote(cursor) + " does not belong to this query");
}

Status CheckPageSize(std::size_t max) {
  if (max >= 1 && max <= kMaxHistoryPage) return OkStatus();
  return MakeError(ErrorCode::kInvalidArgument, "a page of " + std::to_string(max) + "; 1 to " +
                                                    std::to_string(kMaxHistoryPage) +
                                                    " entries are given at a time");
}

const TransactionEffect* TransactionIn(const Record& record) {
  for (const Effect& effect : record.effects) {
    if (const auto* found = std::get_if<TransactionEffect>(&effect)) return found;
  }
  return nullptr;
}

// Whether money moved, or was held, between the two in this equivalent.
bool Moves(const HistoryLine& line, const Effect& effect) {
  const auto between = [&](const auto& moved) {
    return moved.equivalent == line.equivalent &&
           std::minmax(moved.from, moved.to) == std::minmax(line.owner, line.debtor);
  };
  if (const auto* debt = std::get_if<DebtEffect>(&effect)) return between(*debt);
  const auto* held = std::get_if<ReservationEffect>(&effect);
  return held != nullptr && between(*held);
}

bool TouchesLine(const HistoryLine& line, const Record& record) {
  const bool live = record.seq >= line.opened && record.seq <= line.closed;
  return std::any_of(record.effects.begin(), record.effects.end(), [&](const Effect& effect) {
    const auto* change = std::get_if<LineEffect>(&effect);
    return change != nullptr ? change->index == line.index : live && Moves(line, effect);
  });
}

std::size_t BytesOf(const PastPayment& payment) {
  std::size_t bytes = sizeof(payment);
  for (const PastPayment::Route& route : payment.routes) {
    bytes += sizeof(route) + route.participants.size() * sizeof(Pid);
  }
  return bytes;
}

std::size_t BytesOf(const AuditEntry& entry) {
  return sizeof(entry) + entry.evidence.size() + entry.reason.size() +
         entry.participants.size() * sizeof(Pid) + entry.lines.size() * sizeof(LineId);
}

}  // namespace

// The newest entries of what comes block by block, newest block first, and in each oldest entry
// first. Holds no more than a page takes, for some records are large and blocks have many.
template <typename Entry>
class NewestEntries {
 public:
  explicit NewestEntries(std::size_t max) : max_(max) {}

  void Add(Entry entry) {
    bytes_ += BytesOf(entry);
    of_block_.push_back(std::move(entry));
    while (IsTooMuch()) {
      bytes_ -= BytesOf(of_block_.front());
      of_block_.pop_front();
      left_some_out_ = true;
    }
  }
  void EndBlock() {
    std::move(of_block_.rbegin(), of_block_.rend(), std::back_inserter(page_));
    of_block_.clear();
  }
  bool left_some_out() const { return left_some_out_; }
  std::vector<Entry> Take() { return std::move(page_); }

 private:
  bool IsTooMuch() const {
    const std::size_t count = page_.size() + of_block_.size();
    return !of_block_.empty() && (count > max_ || (count > 1 && bytes_ > kFullHistoryPageBytes));
  }

  std::size_t max_;
  std::vector<Entry> page_;     // newest first
  std::deque<Entry> of_block_;  // oldest first
  std::size_t bytes_ = 0;       // of both
  bool left_some_out_ = false;
};

// What a page is gathered from: records before `before`, newest first, as far as they match.
struct PageRequest {
  std::uint64_t before = kNewest;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  std::vector<ParticipantIndex> touching;  // all of them; empty: whomever
  std::function<bool(const Record&)> matches;
  std::function<bool(const Record&)> is_last;  // of those that match; null: none

  bool InTime(Timestamp time) const { return (!from || time >= *from) && (!to || time < *to); }
};

class History::Impl {
 public:
  explicit Impl(std::unique_ptr<JournalReader> reader) : reader_(std::move(reader)) {}

  Status CatchUp();
  std::uint64_t head() const { return index_.head(); }
  StatusOr<PaymentPage> Payments(const PaymentQuery& query, std::string_view cursor);
  StatusOr<AuditPage> Audit(const AuditQuery& query, std::string_view cursor);

 private:
  Status ReadRecords(std::uint64_t first, std::uint64_t last,
                     const std::function<void(const Record&)>& take);
  template <typename Entry>
  StatusOr<std::optional<std::uint64_t>> Gather(const PageRequest& request,
                                                const std::function<Entry(const Record&)>& describe,
                                                std::vector<Entry>& page, std::size_t max);
  StatusOr<ParticipantIndex> Find(const Pid& pid) const;
  Status Aim(const AuditSubject& subject, PageRequest& request);
  Status AimAt(const Pid& pid, PageRequest& request);
  Status AimAt(const LineId& id, PageRequest& request);
  Status AimAt(const TxId& id, PageRequest& request);
  PastPayment Describe(const Record& record) const;
  AuditEntry DescribeForAudit(const Record& record) const;

  std::unique_ptr<JournalReader> reader_;
  HistoryIndex index_;
};

Status History::Impl::CatchUp() {
  const Status status = CatchNoMemory([&] {
    return reader_->Replay(index_.head(), [&](std::string_view packed) -> StatusOr<bool> {
      while (!packed.empty()) {
        GEO_ASSIGN_OR_RETURN(const Record record, TakeUnhashedRecord(&packed));
        if (record.seq > index_.head()) index_.Add(record);
      }
      return true;
    });
  });
  // A record may be taken in by half: begin anew next time.
  if (ErrorCodeOf(status) == ErrorCode::kOutOfMemory) index_ = HistoryIndex();
  return status;
}

Status History::Impl::ReadRecords(std::uint64_t first, std::uint64_t last,
                                  const std::function<void(const Record&)>& take) {
  return reader_->Replay(first - 1, [&](std::string_view packed) -> StatusOr<bool> {
    GEO_RETURN_IF_ERROR(SkipToRecord(first, &packed));
    while (!packed.empty()) {
      GEO_ASSIGN_OR_RETURN(const Record record, TakeUnhashedRecord(&packed));
      if (record.seq > last) return false;
      take(record);
    }
    return true;
  });
}

// The record before which the next page begins; nothing when there is none.
template <typename Entry>
StatusOr<std::optional<std::uint64_t>> History::Impl::Gather(
    const PageRequest& request, const std::function<Entry(const Record&)>& describe,
    std::vector<Entry>& page, std::size_t max) {
  const std::vector<HistoryBlock>& blocks = index_.blocks();
  NewestEntries<Entry> newest(max);
  std::size_t left = kMostHistoryRecordsRead;
  bool ended = false;
  std::optional<std::uint64_t> next;
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    if (request.from && block->last_time < *request.from) break;
    const bool outside =
        block->first >= request.before || (request.to && block->first_time >= *request.to);
    const auto touched = [&](ParticipantIndex one) { return index_.Touches(*block, one); };
    if (outside || !std::all_of(request.touching.begin(), request.touching.end(), touched)) {
      continue;
    }
    GEO_RETURN_IF_ERROR(ReadRecords(block->first, block->last, [&](const Record& record) {
      const bool in_range = record.seq < request.before && request.InTime(record.time);
      if (!in_range || !request.matches(record)) return;
      newest.Add(describe(record));
      ended = ended || (request.is_last && request.is_last(record));
    }));
    newest.EndBlock();
    if (newest.left_some_out() || ended) break;
    left -= std::min<std::size_t>(left, block->last - block->first + 1);
    if (left == 0 && block->first > 1) {
      next = block->first;
      break;
    }
  }
  page = newest.Take();
  if (newest.left_some_out()) next = page.back().seq;
  return next;
}

StatusOr<ParticipantIndex> History::Impl::Find(const Pid& pid) const {
  if (const auto index = index_.FindParticipant(pid)) return *index;
  return MakeError(ErrorCode::kUnknownParticipant,
                   "participant " + FormatPid(pid) + " is not registered");
}

StatusOr<PaymentPage> History::Impl::Payments(const PaymentQuery& query, std::string_view cursor) {
  GEO_RETURN_IF_ERROR(CheckPageSize(query.max));
  if (query.direction != PaymentDirection::kAny && !query.participant) {
    return MakeError(ErrorCode::kInvalidArgument, "a direction needs a participant to go from");
  }
  const std::uint64_t fingerprint = FingerprintOf(query);
  PageRequest request;
  GEO_ASSIGN_OR_RETURN(request.before, ReadCursor(cursor, fingerprint));
  GEO_RETURN_IF_ERROR(CatchUp());
  std::optional<ParticipantIndex> who;
  if (query.participant) {
    GEO_ASSIGN_OR_RETURN(who, Find(*query.participant));
    request.touching = {*who};
  }
  std::vector<EquivalentIndex> codes;
  if (query.equivalent) codes = index_.FindEquivalents(*query.equivalent);
  if (query.equivalent && codes.empty()) {
    return MakeError(ErrorCode::kUnknownEquivalent,
                     "equivalent " + Quote(query.equivalent->text()) + " was never here");
  }
  request.from = query.from;
  request.to = query.to;
  request.matches = [&](const Record& record) {
    const TransactionEffect* const effect = TransactionIn(record);
    if (effect == nullptr) return false;
    const Transaction& payment = effect->after;
    const bool pays = payment.payer == who && query.direction != PaymentDirection::kIncoming;
    const bool is_paid = payment.payee == who && query.direction != PaymentDirection::kOutgoing;
    if (who && !pays && !is_paid) return false;
    if (query.state && payment.state != *query.state) return false;
    if (query.type && (*query.type == PaymentType::kTwoPhase) != payment.hold.has_value()) {
      return false;
    }
    if (!codes.empty() && std::count(codes.begin(), codes.end(), payment.equivalent) == 0) {
      return false;
    }
    // Only the last stage of a payment stands for it.
    return payment.state != TransactionState::kPrepared || index_.IsPrepared(payment.id);
  };
  PaymentPage page;
  const auto describe = [this](const Record& record) { return Describe(record); };
  GEO_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> next,
                       Gather<PastPayment>(request, describe, page.payments, query.max));
  if (next) page.next = MakeCursor(*next, fingerprint);
  return page;
}

PastPayment History::Impl::Describe(const Record& record) const {
  const Transaction& transaction = TransactionIn(record)->after;
  PastPayment payment;
  payment.seq = record.seq;
  payment.time = record.time;
  payment.id = transaction.id;
  payment.payer = index_.PidOf(transaction.payer);
  payment.payee = index_.PidOf(transaction.payee);
  payment.equivalent = index_.CodeOf(transaction.equivalent);
  payment.amount = transaction.amount;
  payment.type = transaction.hold ? PaymentType::kTwoPhase : PaymentType::kOneShot;
  payment.state = transaction.state;
  payment.expired = transaction.hold && transaction.hold->expired;
  payment.description_hash = transaction.description_hash;
  for (const Route& route : transaction.routes) {
    PastPayment::Route& named = payment.routes.emplace_back();
    named.amount = route.amount;
    for (const ParticipantIndex one : route.participants) {
      named.participants.push_back(index_.PidOf(one));
    }
  }
  return payment;
}

Status History::Impl::AimAt(const Pid& pid, PageRequest& request) {
  GEO_ASSIGN_OR_RETURN(const ParticipantIndex who, Find(pid));
  request.touching = {who};
  request.matches = [this, who](const Record& record) {
    const std::vector<ParticipantIndex> touched = index_.TouchedBy(record);
    return std::binary_search(touched.begin(), touched.end(), who);
  };
  return OkStatus();
}

Status History::Impl::AimAt(const LineId& id, PageRequest& request) {
  const HistoryLine* const line = index_.FindLine(id);
  if (line == nullptr) {
    return MakeError(ErrorCode::kUnknownLine, "line " + FormatLineId(id) + " does not exist");
  }
  request.touching = {line->owner, line->debtor};
  request.matches = [line](const Record& record) { return TouchesLine(*line, record); };
  request.is_last = [line](const Record& record) { return record.seq == line->opened; };
  return OkStatus();
}

Status History::Impl::AimAt(const TxId& id, PageRequest& request) {
  GEO_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> last, reader_->FindTransaction(id));
  if (last && *last > index_.head()) GEO_RETURN_IF_ERROR(CatchUp());
  const auto is_it = [id](const Record& record) {
    const TransactionEffect* const effect = TransactionIn(record);
    return effect != nullptr && effect->after.id == id;
  };
  std::optional<Record> record;
  if (last) {
    GEO_RETURN_IF_ERROR(ReadRecords(*last, *last, [&](const Record& read) { record = read; }));
  }
  if (!record || !is_it(*record)) {
    return MakeError(ErrorCode::kUnknownTransaction,
                     "there is no payment " + std::string(id.text()));
  }
  const Transaction& payment = TransactionIn(*record)->after;
  request.touching = {payment.payer, payment.payee};
  request.before = std::min(request.before, *last + 1);
  request.matches = is_it;
  request.is_last = [](const Record& stage) { return !TransactionIn(stage)->before.has_value(); };
  return OkStatus();
}

Status History::Impl::Aim(const AuditSubject& subject, PageRequest& request) {
  return std::visit([&](const auto& id) { return AimAt(id, request); }, subject);
}

StatusOr<AuditPage> History::Impl::Audit(const AuditQuery& query, std::string_view cursor) {
  GEO_RETURN_IF_ERROR(CheckPageSize(query.max));
  const std::uint64_t fingerprint = FingerprintOf(query);
  PageRequest request;
  GEO_ASSIGN_OR_RETURN(request.before, ReadCursor(cursor, fingerprint));
  GEO_RETURN_IF_ERROR(CatchUp());
  request.from = query.from;
  request.to = query.to;
  GEO_RETURN_IF_ERROR(Aim(query.subject, request));
  AuditPage page;
  const auto describe = [this](const Record& record) { return DescribeForAudit(record); };
  GEO_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> next,
                       Gather<AuditEntry>(request, describe, page.entries, query.max));
  if (next) page.next = MakeCursor(*next, fingerprint);
  return page;
}

AuditEntry History::Impl::DescribeForAudit(const Record& record) const {
  AuditEntry entry;
  entry.seq = record.seq;
  entry.time = record.time;
  entry.kind = record.kind;
  entry.actor = record.actor;
  entry.evidence = record.evidence;
  entry.reason = record.reason;
  for (const ParticipantIndex one : index_.TouchedBy(record)) {
    entry.participants.push_back(index_.PidOf(one));
  }
  for (const Effect& effect : record.effects) {
    if (const auto* line = std::get_if<LineEffect>(&effect)) entry.lines.push_back(line->after.id);
  }
  if (const TransactionEffect* effect = TransactionIn(record)) entry.transaction = effect->after.id;
  return entry;
}

History::History(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
History::~History() = default;

StatusOr<std::unique_ptr<History>> History::Open(std::unique_ptr<JournalReader> reader) {
  return CatchNoMemory([&]() -> StatusOr<std::unique_ptr<History>> {
    if (reader == nullptr) return MakeError(ErrorCode::kInvalidArgument, "no journal to read");
    auto impl = std::make_unique<Impl>(std::move(reader));
    GEO_RETURN_IF_ERROR(impl->CatchUp());
    return std::unique_ptr<History>(new History(std::move(impl)));
  });
}

Status History::CatchUp() { return impl_->CatchUp(); }
std::uint64_t History::head() const { return impl_->head(); }

StatusOr<PaymentPage> History::Payments(const PaymentQuery& query, std::string_view cursor) {
  return CatchNoMemory([&] { return impl_->Payments(query, cursor); });
}

StatusOr<AuditPage> History::Audit(const AuditQuery& query, std::string_view cursor) {
  return CatchNoMemory([&] { return impl_->Audit(query, cursor); });
}

}  // namespace geo
