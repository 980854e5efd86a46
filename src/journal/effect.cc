#include "geo/journal/effect.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "geo/base/encoding.h"
#include "geo/base/limits.h"

// The order of every Write here is the format (docs/formats.md); Read mirrors it.

namespace geo {
namespace {

constexpr std::uint64_t kIndexLimit = kNoIndex - 1;

template <typename Enum>
void WriteEnum(Enum value, ByteWriter& writer) {
  writer.Byte(static_cast<std::uint8_t>(value));
}

template <typename Enum>
Enum CheckedEnum(int value, ByteReader& reader, Enum last) {
  if (value == 0 || value > static_cast<int>(last)) reader.Fail();
  return static_cast<Enum>(value);
}

template <typename Enum>
Enum ReadEnum(ByteReader& reader, Enum last) {
  return CheckedEnum(reader.Byte(), reader, last);
}

void WriteBool(bool value, ByteWriter& writer) { writer.Byte(value ? 1 : 0); }

bool ReadBool(ByteReader& reader) {
  const std::uint8_t value = reader.Byte();
  if (value > 1) reader.Fail();
  return value == 1;
}

void WriteAmount(Amount amount, ByteWriter& writer) {
  writer.Varint(static_cast<std::uint64_t>(amount));
}

Amount ReadAmount(ByteReader& reader) {
  return static_cast<Amount>(reader.Below(static_cast<std::uint64_t>(kMaxAmount)));
}

// A balance: signed, its size at most kMaxAmount, so that it can be negated.
Amount ReadBalance(ByteReader& reader) {
  const Amount balance = reader.Signed();
  if (balance == std::numeric_limits<Amount>::min()) reader.Fail();
  return balance;
}

std::uint32_t ReadIndex(ByteReader& reader) {
  return static_cast<std::uint32_t>(reader.Below(kIndexLimit));
}

// A count of things that take at least one byte each, so that no input can ask for more memory than
// its own size warrants.
std::size_t ReadCount(ByteReader& reader) {
  return static_cast<std::size_t>(reader.Below(reader.remaining()));
}

std::string ReadText(ByteReader& reader, std::size_t limit) {
  const std::string_view text = reader.Bytes();
  if (text.size() > limit || !IsValidUtf8(text)) reader.Fail();
  return std::string(text);
}

template <typename T, typename WriteOne>
void WriteOptional(const std::optional<T>& value, ByteWriter& writer, WriteOne write) {
  WriteBool(value.has_value(), writer);
  if (value.has_value()) write(*value, writer);
}

template <typename ReadOne>
auto ReadOptional(ByteReader& reader, ReadOne read) -> std::optional<decltype(read(reader))> {
  if (!ReadBool(reader)) return std::nullopt;
  return read(reader);
}

void WriteGenesis(const Genesis& genesis, ByteWriter& writer) {
  writer.Varint(genesis.format);
  writer.Bytes(genesis.network);
  writer.Fixed(genesis.hub_key);
  writer.Varint(genesis.operators.size());
  for (const Operator& one : genesis.operators) {
    writer.Fixed(one.pid);
    writer.Fixed(one.key);
    WriteEnum(one.role, writer);
  }
}

Genesis ReadGenesis(ByteReader& reader) {
  Genesis genesis;
  genesis.format = static_cast<std::uint32_t>(reader.Below(kNoIndex));
  genesis.network = ReadText(reader, kMaxNetworkNameBytes);
  genesis.hub_key = reader.Fixed<PublicKey>();
  genesis.operators.resize(static_cast<std::size_t>(reader.Below(kMaxOperators)));
  for (Operator& one : genesis.operators) {
    one.pid = reader.Fixed<Pid>();
    one.key = reader.Fixed<PublicKey>();
    one.role = ReadEnum(reader, OperatorRole::kAuditor);
  }
  return genesis;
}

void WriteParticipant(const Participant& participant, ByteWriter& writer) {
  writer.Fixed(participant.pid);
  writer.Fixed(participant.key);
  WriteEnum(participant.type, writer);
  WriteEnum(participant.status, writer);
  writer.Byte(participant.verification_level);
  writer.Fixed(participant.name_hash);
  writer.Fixed(participant.profile_hash);
  writer.Signed(participant.created);
  writer.Signed(participant.updated);
}

Participant ReadParticipant(ByteReader& reader) {
  Participant participant;
  participant.pid = reader.Fixed<Pid>();
  participant.key = reader.Fixed<PublicKey>();
  participant.type = ReadEnum(reader, ParticipantType::kHub);
  participant.status = ReadEnum(reader, ParticipantStatus::kDeleted);
  participant.verification_level = reader.Byte();
  if (participant.verification_level > 3) reader.Fail();
  participant.name_hash = reader.Fixed<Hash256>();
  participant.profile_hash = reader.Fixed<Hash256>();
  participant.created = reader.Signed();
  participant.updated = reader.Signed();
  return participant;
}

EquivalentCode ReadCode(ByteReader& reader) {
  StatusOr<EquivalentCode> code = EquivalentCode::Parse(reader.Bytes());
  if (code.ok()) return *code;
  reader.Fail();
  return {};
}

void WriteEquivalent(const Equivalent& equivalent, ByteWriter& writer) {
  writer.Bytes(equivalent.code.text());
  writer.Byte(equivalent.precision);
  WriteEnum(equivalent.kind, writer);
  WriteEnum(equivalent.status, writer);
  writer.Bytes(equivalent.iso_code);
  writer.Bytes(equivalent.description);
}

Equivalent ReadEquivalent(ByteReader& reader) {
  Equivalent equivalent;
  equivalent.code = ReadCode(reader);
  equivalent.precision = reader.Byte();
  if (equivalent.precision > kMaxPrecision) reader.Fail();
  equivalent.kind = ReadEnum(reader, EquivalentKind::kCustom);
  equivalent.status = ReadEnum(reader, EquivalentStatus::kRemoved);
  equivalent.iso_code = ReadText(reader, 3);
  equivalent.description = ReadText(reader, kMaxDescriptionBytes);
  return equivalent;
}

void WritePolicy(const LinePolicy& policy, ByteWriter& writer) {
  const int bits = (policy.auto_clearing ? 1 : 0) | (policy.can_be_intermediate ? 2 : 0) |
                   (policy.allow_growth ? 4 : 0) | (policy.max_hops ? 8 : 0) |
                   (policy.daily_limit ? 16 : 0) | (policy.max_single_payment ? 32 : 0);
  writer.Byte(static_cast<std::uint8_t>(bits));
  if (policy.max_hops) writer.Varint(*policy.max_hops);
  if (policy.daily_limit) WriteAmount(*policy.daily_limit, writer);
  if (policy.max_single_payment) WriteAmount(*policy.max_single_payment, writer);
  writer.Varint(policy.blocked_participants.size());
  for (const Pid& pid : policy.blocked_participants) writer.Fixed(pid);
}

LinePolicy ReadPolicy(ByteReader& reader) {
  LinePolicy policy;
  const std::uint8_t bits = reader.Byte();
  if (bits >= 64) reader.Fail();
  policy.auto_clearing = (bits & 1) != 0;
  policy.can_be_intermediate = (bits & 2) != 0;
  policy.allow_growth = (bits & 4) != 0;
  if ((bits & 8) != 0) policy.max_hops = static_cast<std::uint32_t>(reader.Below(kMostHops));
  if ((bits & 16) != 0) policy.daily_limit = ReadAmount(reader);
  if ((bits & 32) != 0) policy.max_single_payment = ReadAmount(reader);
  policy.blocked_participants.resize(
      static_cast<std::size_t>(reader.Below(kMaxBlockedParticipants)));
  for (Pid& pid : policy.blocked_participants) pid = reader.Fixed<Pid>();
  const auto& blocked = policy.blocked_participants;
  const bool ascending =
      std::adjacent_find(blocked.begin(), blocked.end(), std::greater_equal<>()) == blocked.end();
  if (!ascending || policy.max_hops == 0U) reader.Fail();
  return policy;
}

void WriteLine(const TrustLine& line, ByteWriter& writer) {
  writer.Fixed(line.id);
  writer.Varint(line.equivalent);
  writer.Varint(line.owner);
  writer.Varint(line.debtor);
  WriteEnum(line.status, writer);
  WriteAmount(line.limit, writer);
  WritePolicy(line.policy, writer);
  writer.Signed(line.created);
  writer.Signed(line.updated);
}

TrustLine ReadLine(ByteReader& reader) {
  TrustLine line;
  line.id = reader.Fixed<LineId>();
  line.equivalent = ReadIndex(reader);
  line.owner = ReadIndex(reader);
  line.debtor = ReadIndex(reader);
  line.status = ReadEnum(reader, LineStatus::kClosed);
  line.limit = ReadAmount(reader);
  line.policy = ReadPolicy(reader);
  line.created = reader.Signed();
  line.updated = reader.Signed();
  return line;
}

void WriteHold(const Hold& hold, ByteWriter& writer) {
  const int bits = (hold.voted ? 1 : 0) | (hold.explicit_routes ? 2 : 0) |
                   (hold.default_lifetime ? 4 : 0) | (hold.expired ? 8 : 0);
  writer.Byte(static_cast<std::uint8_t>(bits));
  writer.Signed(hold.prepared_at);
  if (!hold.voted) writer.Signed(hold.expires_at);
}

Hold ReadHold(ByteReader& reader) {
  Hold hold;
  const std::uint8_t bits = reader.Byte();
  if (bits >= 16) reader.Fail();
  hold.voted = (bits & 1) != 0;
  hold.explicit_routes = (bits & 2) != 0;
  hold.default_lifetime = (bits & 4) != 0;
  hold.expired = (bits & 8) != 0;
  hold.prepared_at = reader.Signed();
  if (!hold.voted) hold.expires_at = reader.Signed();
  return hold;
}

void WriteIndices(const std::vector<ParticipantIndex>& indices, ByteWriter& writer) {
  writer.Varint(indices.size());
  std::size_t i = 0;
  for (; i + 4 <= indices.size(); i += 4) {
    writer.Varints(indices[i], indices[i + 1], indices[i + 2], indices[i + 3]);
  }
  for (; i < indices.size(); ++i) writer.Varint(indices[i]);
}

void WriteTransaction(const Transaction& transaction, ByteWriter& writer) {
  writer.Bytes(transaction.id.text());
  writer.Varints(transaction.payer, transaction.payee, transaction.equivalent,
                 static_cast<std::uint64_t>(transaction.amount));
  WriteEnum(transaction.state, writer);
  WriteBool(!transaction.description_hash.IsZero(), writer);
  if (!transaction.description_hash.IsZero()) writer.Fixed(transaction.description_hash);
  writer.Bytes(transaction.constraints);
  writer.Varint(transaction.routes.size());
  for (const Route& route : transaction.routes) {
    WriteAmount(route.amount, writer);
    WriteIndices(route.participants, writer);
  }
  WriteOptional(transaction.hold, writer, WriteHold);
}

TxId ReadTxId(ByteReader& reader) {
  StatusOr<TxId> id = TxId::Parse(reader.Bytes());
  if (id.ok()) return *std::move(id);
  reader.Fail();
  return {};
}

Transaction ReadTransaction(ByteReader& reader) {
  Transaction transaction;
  transaction.id = ReadTxId(reader);
  transaction.payer = ReadIndex(reader);
  transaction.payee = ReadIndex(reader);
  transaction.equivalent = ReadIndex(reader);
  transaction.amount = ReadAmount(reader);
  transaction.state = ReadEnum(reader, TransactionState::kAborted);
  if (ReadBool(reader)) {
    transaction.description_hash = reader.Fixed<Hash256>();
    if (transaction.description_hash.IsZero()) reader.Fail();
  }
  transaction.constraints = std::string(reader.Bytes());
  transaction.routes.resize(ReadCount(reader));
  for (Route& route : transaction.routes) {
    route.amount = ReadAmount(reader);
    route.participants.resize(ReadCount(reader));
    for (ParticipantIndex& participant : route.participants) participant = ReadIndex(reader);
    if (!reader.ok()) break;
  }
  transaction.hold = ReadOptional(reader, ReadHold);
  return transaction;
}

std::vector<ParticipantIndex> ReadIndices(ByteReader& reader, std::size_t most) {
  std::vector<ParticipantIndex> indices(
      static_cast<std::size_t>(reader.Below(std::min<std::uint64_t>(most, reader.remaining()))));
  for (ParticipantIndex& index : indices) index = ReadIndex(reader);
  return indices;
}

constexpr int kDefaultLifetime = 8;  // beside a proposal's state

void WriteProposal(const Proposal& proposal, ByteWriter& writer) {
  writer.Bytes(proposal.id.text());
  writer.Fixed(proposal.proposer);
  writer.Varint(proposal.equivalent);
  WriteIndices(proposal.cycle, writer);
  WriteAmount(proposal.min_amount, writer);
  writer.Signed(proposal.proposed_at);
  writer.Signed(proposal.expires_at);
  writer.Byte(static_cast<std::uint8_t>(static_cast<int>(proposal.state) |
                                        (proposal.default_lifetime ? kDefaultLifetime : 0)));
  WriteIndices(proposal.accepted, writer);
  WriteAmount(proposal.cleared, writer);
}

Proposal ReadProposal(ByteReader& reader) {
  Proposal proposal;
  proposal.id = ReadTxId(reader);
  proposal.proposer = reader.Fixed<Pid>();
  proposal.equivalent = ReadIndex(reader);
  proposal.cycle = ReadIndices(reader, kMaxCycleMembers);
  proposal.min_amount = ReadAmount(reader);
  proposal.proposed_at = reader.Signed();
  proposal.expires_at = reader.Signed();
  const std::uint8_t bits = reader.Byte();
  proposal.default_lifetime = (bits & kDefaultLifetime) != 0;
  proposal.state = CheckedEnum(bits & ~kDefaultLifetime, reader, ProposalState::kExpired);
  proposal.accepted = ReadIndices(reader, kMaxCycleMembers);
  proposal.cleared = ReadAmount(reader);
  return proposal;
}

// One bit per level that has a limit, then those limits.
template <typename T, typename WriteOne>
void WriteByLevel(const ByLevel<T>& limits, ByteWriter& writer, WriteOne write) {
  int bits = 0;
  for (std::size_t i = 0; i < limits.size(); ++i) bits |= limits[i] ? 1 << i : 0;
  writer.Byte(static_cast<std::uint8_t>(bits));
  for (const std::optional<T>& limit : limits) {
    if (limit) write(*limit, writer);
  }
}

template <typename T, typename ReadOne>
ByLevel<T> ReadByLevel(ByteReader& reader, ReadOne read) {
  ByLevel<T> limits;
  const std::uint8_t bits = reader.Byte();
  if (bits >= 1 << kVerificationLevels) reader.Fail();
  for (std::size_t i = 0; i < limits.size(); ++i) {
    if ((bits >> i & 1) != 0) limits[i] = read(reader);
  }
  return limits;
}

void WriteAmountLimits(const AmountLimits& limits, ByteWriter& writer) {
  WriteByLevel(limits.payment, writer, WriteAmount);
  WriteByLevel(limits.line, writer, WriteAmount);
}

AmountLimits ReadAmountLimits(ByteReader& reader) {
  AmountLimits limits;
  limits.payment = ReadByLevel<Amount>(reader, ReadAmount);
  limits.line = ReadByLevel<Amount>(reader, ReadAmount);
  return limits;
}

void WriteCountLimits(const CountLimits& limits, ByteWriter& writer) {
  const auto write = [](std::uint32_t count, ByteWriter& out) { out.Varint(count); };
  WriteByLevel(limits.lines, writer, write);
  WriteByLevel(limits.payments_per_day, writer, write);
}

CountLimits ReadCountLimits(ByteReader& reader) {
  const auto read = [](ByteReader& in) { return static_cast<std::uint32_t>(in.Below(kNoIndex)); };
  CountLimits limits;
  limits.lines = ReadByLevel<std::uint32_t>(reader, read);
  limits.payments_per_day = ReadByLevel<std::uint32_t>(reader, read);
  return limits;
}

struct EffectWriter {
  ByteWriter& writer;

  void operator()(const GenesisEffect& effect) const { WriteGenesis(effect.genesis, writer); }

  template <typename ThingEffect, typename WriteThing>
  void WriteChange(const ThingEffect& effect, WriteThing write) const {
    writer.Varint(effect.index);
    WriteOptional(effect.before, writer, write);
    write(effect.after, writer);
  }

  void operator()(const ParticipantEffect& effect) const { WriteChange(effect, WriteParticipant); }
  void operator()(const EquivalentEffect& effect) const { WriteChange(effect, WriteEquivalent); }
  void operator()(const LineEffect& effect) const { WriteChange(effect, WriteLine); }

  void operator()(const DebtEffect& effect) const {
    writer.Varints(effect.equivalent, effect.from, effect.to, ByteWriter::Zigzag(effect.before),
                   ByteWriter::Zigzag(effect.after), static_cast<std::uint64_t>(effect.paid_before),
                   static_cast<std::uint64_t>(effect.paid_after));
  }

  void operator()(const SequenceEffect& effect) const {
    writer.Fixed(effect.signer);
    writer.Varint(effect.before);
    writer.Varint(effect.after);
  }

  void operator()(const TransactionEffect& effect) const {
    WriteOptional(effect.before, writer,
                  [](TransactionState state, ByteWriter& out) { WriteEnum(state, out); });
    WriteTransaction(effect.after, writer);
  }

  void operator()(const ReservationEffect& effect) const {
    writer.Varint(effect.equivalent);
    writer.Varint(effect.from);
    writer.Varint(effect.to);
    WriteAmount(effect.before, writer);
    WriteAmount(effect.after, writer);
  }

  void operator()(const ProposalEffect& effect) const {
    WriteOptional(effect.before, writer,
                  [](ProposalState state, ByteWriter& out) { WriteEnum(state, out); });
    WriteProposal(effect.after, writer);
  }

  void operator()(const AmountLimitsEffect& effect) const {
    writer.Varint(effect.equivalent);
    WriteAmountLimits(effect.before, writer);
    WriteAmountLimits(effect.after, writer);
  }

  void operator()(const CountLimitsEffect& effect) const {
    WriteCountLimits(effect.before, writer);
    WriteCountLimits(effect.after, writer);
  }
};

// An effect on a thing: its index, what it was, what it is.
template <typename ThingEffect, typename ReadThing>
ThingEffect ReadChange(ByteReader& reader, ReadThing read) {
  ThingEffect effect;
  effect.index = ReadIndex(reader);
  effect.before = ReadOptional(reader, read);
  effect.after = read(reader);
  return effect;
}

DebtEffect ReadDebtEffect(ByteReader& reader) {
  DebtEffect effect;
  effect.equivalent = ReadIndex(reader);
  effect.from = ReadIndex(reader);
  effect.to = ReadIndex(reader);
  effect.before = ReadBalance(reader);
  effect.after = ReadBalance(reader);
  effect.paid_before = ReadAmount(reader);
  effect.paid_after = ReadAmount(reader);
  return effect;
}

SequenceEffect ReadSequenceEffect(ByteReader& reader) {
  SequenceEffect effect;
  effect.signer = reader.Fixed<Pid>();
  effect.before = reader.Varint();
  effect.after = reader.Varint();
  return effect;
}

TransactionEffect ReadTransactionEffect(ByteReader& reader) {
  TransactionEffect effect;
  effect.before =
      ReadOptional(reader, [](ByteReader& in) { return ReadEnum(in, TransactionState::kAborted); });
  effect.after = ReadTransaction(reader);
  return effect;
}

ReservationEffect ReadReservationEffect(ByteReader& reader) {
  ReservationEffect effect;
  effect.equivalent = ReadIndex(reader);
  effect.from = ReadIndex(reader);
  effect.to = ReadIndex(reader);
  effect.before = ReadAmount(reader);
  effect.after = ReadAmount(reader);
  return effect;
}

ProposalEffect ReadProposalEffect(ByteReader& reader) {
  ProposalEffect effect;
  effect.before =
      ReadOptional(reader, [](ByteReader& in) { return ReadEnum(in, ProposalState::kExpired); });
  effect.after = ReadProposal(reader);
  return effect;
}

AmountLimitsEffect ReadAmountLimitsEffect(ByteReader& reader) {
  AmountLimitsEffect effect;
  effect.equivalent = ReadIndex(reader);
  effect.before = ReadAmountLimits(reader);
  effect.after = ReadAmountLimits(reader);
  return effect;
}

CountLimitsEffect ReadCountLimitsEffect(ByteReader& reader) {
  CountLimitsEffect effect;
  effect.before = ReadCountLimits(reader);
  effect.after = ReadCountLimits(reader);
  return effect;
}

// Effects on things, by the byte of their kind.
constexpr std::uint8_t kParticipantEffect = 2;
constexpr std::uint8_t kEquivalentEffect = 3;
constexpr std::uint8_t kLineEffect = 4;

// Reads one effect and gives it to `take`, as what it is.
template <typename Take>
auto ReadInto(ByteReader& reader, const Take& take) {
  switch (reader.Byte()) {
    case 1:
      return take(GenesisEffect{ReadGenesis(reader)});
    case kParticipantEffect:
      return take(ReadChange<ParticipantEffect>(reader, ReadParticipant));
    case kEquivalentEffect:
      return take(ReadChange<EquivalentEffect>(reader, ReadEquivalent));
    case kLineEffect:
      return take(ReadChange<LineEffect>(reader, ReadLine));
    case 5:
      return take(ReadDebtEffect(reader));
    case 6:
      return take(ReadSequenceEffect(reader));
    case 7:
      return take(ReadTransactionEffect(reader));
    case 8:
      return take(ReadReservationEffect(reader));
    case 9:
      return take(ReadProposalEffect(reader));
    case 10:
      return take(ReadAmountLimitsEffect(reader));
    case 11:
      return take(ReadCountLimitsEffect(reader));
    default:
      reader.Fail();
      return take(GenesisEffect{});
  }
}

}  // namespace

void WriteEffect(const Effect& effect, ByteWriter& writer) {
  writer.Byte(static_cast<std::uint8_t>(effect.index() + 1));
  std::visit(EffectWriter{writer}, effect);
}

Effect ReadEffect(ByteReader& reader) {
  return ReadInto(reader, [](auto effect) { return Effect(std::move(effect)); });
}

void ReadEffect(ByteReader& reader, std::vector<Effect>* effects) {
  ReadInto(reader, [effects](auto effect) { effects->emplace_back(std::move(effect)); });
}

namespace {

// What comes before the thing in an effect of `kind` that makes the one at `index`.
void ReadMaking(ByteReader& reader, std::uint8_t kind, std::uint32_t index) {
  if (reader.Byte() != kind || ReadIndex(reader) != index || ReadBool(reader)) reader.Fail();
}

}  // namespace

void ReadMade(ByteReader& reader, std::uint32_t index, Participant* made) {
  ReadMaking(reader, kParticipantEffect, index);
  *made = ReadParticipant(reader);
}

void ReadMade(ByteReader& reader, std::uint32_t index, Equivalent* made) {
  ReadMaking(reader, kEquivalentEffect, index);
  *made = ReadEquivalent(reader);
}

void ReadMade(ByteReader& reader, std::uint32_t index, TrustLine* made) {
  ReadMaking(reader, kLineEffect, index);
  *made = ReadLine(reader);
}

}  // namespace geo
