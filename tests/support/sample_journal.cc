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

// The debt of SampleTransaction paid back in part, in two phases.
Transaction SamplePrepared(const char* id, Amount amount, const Hold& hold) {
  Transaction transaction;
  transaction.id = TxId::Parse(id).value();
  transaction.payer = 1;
  transaction.payee = 0;
  transaction.equivalent = 0;
  transaction.amount = amount;
  transaction.state = TransactionState::kPrepared;
  transaction.routes = {Route{{1, 0}, amount}};
  transaction.hold = hold;
  return transaction;
}

Transaction Decided(Transaction transaction, TransactionState state) {
  transaction.state = state;
  transaction.hold->expired = state == TransactionState::kAborted;
  return transaction;
}

// With one more on the cycle than the sample has participants.
Proposal SampleProposal() {
  Proposal proposal;
  proposal.id = TxId::Parse("golden:4").value();
  proposal.proposer.bytes.fill(7);
  proposal.equivalent = 0;
  proposal.cycle = {0, 1, 2};
  proposal.min_amount = 20;
  proposal.proposed_at = 41'000'000;
  proposal.expires_at = 641'000'000;
  return proposal;
}

Proposal Agreed(Proposal proposal) {
  proposal.state = ProposalState::kCommitted;
  proposal.accepted = {1};
  proposal.cleared = 50;
  return proposal;
}

AmountLimits SampleAmountLimits() {
  AmountLimits limits;
  limits.payment = {100, 1'000, std::nullopt, kMaxAmount};
  limits.line[3] = 0;
  return limits;
}

CountLimits SampleCountLimits() {
  CountLimits limits;
  limits.lines = {1, 20, 300, 4'000'000'000};
  limits.payments_per_day[0] = 5;
  return limits;
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

  Hold timed;
  timed.prepared_at = 7'000'000;
  timed.expires_at = 37'000'000;
  timed.explicit_routes = true;
  Hold voted;
  voted.prepared_at = 38'000'000;
  voted.voted = true;
  const Transaction expiring = SamplePrepared("golden:2", 50, timed);
  const Transaction promised = SamplePrepared("golden:3", 28, voted);

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
      MakeRecord(RecordKind::kPreparePayment, 7'000'000,
                 {ReservationEffect{0, 1, 0, 0, 50}, TransactionEffect{std::nullopt, expiring}}),
      MakeRecord(RecordKind::kExpirePayment, 38'000'000,
                 {ReservationEffect{0, 1, 0, 50, 0},
                  TransactionEffect{TransactionState::kPrepared,
                                    Decided(expiring, TransactionState::kAborted)}}),
      MakeRecord(RecordKind::kPreparePayment, 38'000'000,
                 {ReservationEffect{0, 1, 0, 0, 28}, TransactionEffect{std::nullopt, promised}}),
      MakeRecord(RecordKind::kCommitPayment, 39'000'000,
                 {ReservationEffect{0, 1, 0, 28, 0}, DebtEffect{0, 1, 0, -128, -100, 0, 28},
                  TransactionEffect{TransactionState::kPrepared,
                                    Decided(promised, TransactionState::kCommitted)}}),
      MakeRecord(RecordKind::kClearing, 40'000'000,
                 {SequenceEffect{alice.pid, 300, 301}, DebtEffect{0, 1, 0, -100, -60, 0, 0}}),
      MakeRecord(RecordKind::kProposeClearing, 41'000'000,
                 {ProposalEffect{std::nullopt, SampleProposal()}}),
      MakeRecord(RecordKind::kAcceptClearing, 42'000'000,
                 {ProposalEffect{ProposalState::kProposed, Agreed(SampleProposal())},
                  DebtEffect{0, 0, 1, 60, 10, 0, 0}}),
      MakeRecord(RecordKind::kSetLimits, 43'000'000,
                 {AmountLimitsEffect{0, {}, SampleAmountLimits()},
                  CountLimitsEffect{{}, SampleCountLimits()}}),
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
