// A ledger that records are put into one by one, as a hub does it.
#ifndef GEO_TESTS_SUPPORT_BOOK_H_
#define GEO_TESTS_SUPPORT_BOOK_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "geo/ledger/ledger.h"

namespace geo::tests {

inline constexpr EquivalentIndex kHourIndex = 0;

class Book {
 public:
  explicit Book(std::size_t participants) {
    Genesis genesis;
    genesis.network = "book";
    Must(RecordKind::kGenesis, {GenesisEffect{genesis}});
    Equivalent hours;
    hours.code = EquivalentCode::Parse("HOUR").value();
    Must(RecordKind::kCreateEquivalent, {EquivalentEffect{kHourIndex, std::nullopt, hours}});
    for (ParticipantIndex i = 0; i < participants; ++i) Register(i);
  }

  void Register(ParticipantIndex index) {
    Participant participant;
    participant.pid.bytes[0] = static_cast<std::uint8_t>(index + 1);
    participant.pid.bytes[1] = static_cast<std::uint8_t>((index + 1) >> 8);
    Must(RecordKind::kRegisterParticipant, {ParticipantEffect{index, std::nullopt, participant}});
  }

  Status Try(RecordKind kind, std::vector<Effect> effects) {
    Record record;
    record.kind = kind;
    record.seq = head.seq + 1;
    record.time = time;
    record.previous = head.hash;
    record.effects = std::move(effects);
    const Status status = ledger.Check(record);
    if (!status.ok()) return status;
    ledger.Apply(record);
    head = {record.seq, AppendRecord(record, &journal).value()};
    return status;
  }

  void Must(RecordKind kind, std::vector<Effect> effects) {
    const Status status = Try(kind, std::move(effects));
    ASSERT_TRUE(status.ok()) << status;
  }

  TrustLine Line(ParticipantIndex owner, ParticipantIndex debtor, Amount limit) {
    TrustLine line;
    line.id.bytes[0] = static_cast<std::uint8_t>(ledger.line_count() + 1);
    line.equivalent = kHourIndex;
    line.owner = owner;
    line.debtor = debtor;
    line.limit = limit;
    return line;
  }

  LineIndex Open(const TrustLine& line) {
    const auto index = static_cast<LineIndex>(ledger.line_count());
    Must(RecordKind::kOpenLine, {LineEffect{index, std::nullopt, line}});
    return index;
  }

  void Change(LineIndex index, const std::function<void(TrustLine&)>& change) {
    TrustLine after = ledger.line(index);
    change(after);
    Must(RecordKind::kUpdateLine, {LineEffect{index, ledger.line(index), after}});
  }

  const Pair& PairOf(ParticipantIndex x, ParticipantIndex y) const {
    return ledger.pair(*ledger.FindPair(kHourIndex, x, y));
  }

  FlowCapacity Capacity(ParticipantIndex from, ParticipantIndex to, std::int64_t day = 0) const {
    const PairIndex index = *ledger.FindPair(kHourIndex, from, to);
    return ledger.CapacityOf(index, ledger.pair(index).DirectionFrom(from), day);
  }

  // A payment along `path`, as a record would have it.
  std::vector<Effect> Payment(const std::vector<ParticipantIndex>& path, Amount amount) const {
    std::vector<Effect> effects;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      DebtEffect effect{kHourIndex, path[i], path[i + 1], 0, amount, 0, amount};
      if (const auto index = ledger.FindPair(kHourIndex, path[i], path[i + 1])) {
        const Pair& pair = ledger.pair(*index);
        const Direction direction = pair.DirectionFrom(path[i]);
        effect.before = pair.owed(direction);
        effect.after = effect.before + amount;
        effect.paid_before = pair.paid(direction, DayOf(time));
        effect.paid_after = effect.paid_before + amount;
      }
      effects.emplace_back(effect);
    }
    Transaction transaction;
    transaction.id = TxId::Parse("t").value();
    transaction.payer = path.front();
    transaction.payee = path.back();
    transaction.equivalent = kHourIndex;
    transaction.amount = amount;
    transaction.routes = {Route{path, amount}};
    effects.emplace_back(TransactionEffect{std::nullopt, transaction});
    return effects;
  }

  Status Pay(const std::vector<ParticipantIndex>& path, Amount amount) {
    return Try(RecordKind::kPayment, Payment(path, amount));
  }

  void Bring(ParticipantIndex debtor, ParticipantIndex creditor, Amount amount) {
    Must(RecordKind::kOpeningBalances, {DebtEffect{kHourIndex, debtor, creditor, 0, amount, 0, 0}});
  }

  Ledger ledger;
  JournalHead head;
  std::string journal;
  Timestamp time = 0;
};

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_BOOK_H_
