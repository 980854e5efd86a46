#include "tests/support/sample_journal.h"

#include <utility>

namespace geo::tests {
namespace {

template <typename Bytes>
Bytes Filled(std::uint8_t value) {
  Bytes bytes;
  bytes.bytes.fill(value);
  return bytes;
}

Participant SampleParticipant(std::uint8_t value, ParticipantType type) {
  Participant participant;
  participant.pid = Filled<Pid>(value);
  participant.key = Filled<PublicKey>(static_cast<std::uint8_t>(value + 0x80));
  participant.type = type;
  participant.name_hash = Filled<Hash256>(static_cast<std::uint8_t>(value + 0x40));
  participant.created = 1'000'000;
  participant.updated = 1'000'000;
  return participant;
}

TrustLine SampleLine() {
  TrustLine line;
  line.id = Filled<LineId>(0x11);
  line.equivalent = 0;
  line.owner = 1;
  line.debtor = 0;
  line.limit = 300;
  line.policy.max_hops = 3;
  line.policy.daily_limit = 250;
  line.policy.max_single_payment = 200;
  line.policy.can_be_intermediate = false;
  line.policy.blocked_participants = {Filled<Pid>(7), Filled<Pid>(9)};
  line.created = 3'000'000;
  line.updated = 3'000'000;
  return line;
}

Record MakeRecord(RecordKind kind, Timestamp time, std::vector<Effect> effects) {
  Record record;
  record.kind = kind;
  record.time = time;
  record.actor = Filled<Pid>(0xaa);
  record.effects = std::move(effects);
  return record;
}

Genesis SampleGenesis() {
  Genesis genesis;
  genesis.network = "golden";
  genesis.hub_key = Filled<PublicKey>(0x01);
  genesis.operators = {{Filled<Pid>(0xaa), Filled<PublicKey>(0xab), OperatorRole::kAdmin}};
  return genesis;
}

Transaction SampleTransaction() {
  Transaction transaction;
  transaction.id = TxId::Parse("golden:1").value();
  transaction.payer = 0;
  transaction.payee = 1;
  transaction.equivalent = 0;
  transaction.amount = 128;
  transaction.description_hash = Filled<Hash256>(0x77);
  transaction.constraints = std::string("\x06\x03\x00", 3);
  transaction.routes = {Route{{0, 1}, 128}};
  return transaction;
}

}  // namespace

std::vector<Record> SampleRecords() {
  const Participant alice = SampleParticipant(2, ParticipantType::kPerson);
  const Participant shop = SampleParticipant(3, ParticipantType::kBusiness);
  Participant frozen = shop;
  frozen.status = ParticipantStatus::kSuspended;
  frozen.verification_level = 2;
  frozen.updated = 5'000'000;
  Equivalent hours;
  hours.code = EquivalentCode::Parse("HOUR").value();
  hours.kind = EquivalentKind::kTime;
  hours.description = "one hour of work";
  TrustLine closed = SampleLine();
  closed.status = LineStatus::kFrozen;

  std::vector<Record> records = {
      MakeRecord(RecordKind::kGenesis, 0, {GenesisEffect{SampleGenesis()}}),
      MakeRecord(RecordKind::kRegisterParticipant, 1'000'000,
                 {ParticipantEffect{0, std::nullopt, alice}, SequenceEffect{alice.pid, 0, 300}}),
      MakeRecord(RecordKind::kRegisterParticipant, 1'000'000,
                 {ParticipantEffect{1, std::nullopt, shop}}),
      MakeRecord(RecordKind::kCreateEquivalent, 2'000'000,
                 {EquivalentEffect{0, std::nullopt, hours}}),
      MakeRecord(RecordKind::kOpenLine, 3'000'000, {LineEffect{0, std::nullopt, SampleLine()}}),
      MakeRecord(RecordKind::kPayment, 4'000'000,
                 {DebtEffect{0, 0, 1, 0, 128, 0, 128},
                  TransactionEffect{std::nullopt, SampleTransaction()}}),
      MakeRecord(RecordKind::kSetParticipantStatus, 5'000'000,
                 {ParticipantEffect{1, shop, frozen}}),
      MakeRecord(RecordKind::kFreezeLine, 6'000'000, {LineEffect{0, SampleLine(), closed}}),
  };
  records[5].evidence = "signed bytes";
  records[6].reason = "asked by the court, § 3";
  std::string bytes;
  Hash256 previous;
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].seq = i + 1;
    records[i].previous = previous;
    previous = AppendRecord(records[i], &bytes).value();
  }
  return records;
}

std::string SampleJournal() {
  std::string bytes;
  for (const Record& record : SampleRecords()) {
    static_cast<void>(AppendRecord(record, &bytes).value());
  }
  return bytes;
}

}  // namespace geo::tests
