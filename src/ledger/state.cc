#include "src/ledger/state.h"

#include "src/base/no_memory.h"
#include "src/base/prefetch.h"

namespace geo {

std::optional<EquivalentIndex> LedgerState::EquivalentByCode(const EquivalentCode& code) const {
  const auto found = equivalent_by_code.find(code);
  if (found == equivalent_by_code.end()) return std::nullopt;
  return found->second;
}

void LedgerState::SetEquivalent(EquivalentIndex index, const Equivalent& equivalent) {
  MakeRoom(equivalent_by_code);
  if (equivalents.size() <= index) equivalents.resize(index + std::size_t{1});
  equivalents[index] = equivalent;
  if (equivalent.status != EquivalentStatus::kRemoved) {
    equivalent_by_code[equivalent.code] = index;
  } else if (EquivalentByCode(equivalent.code) == index) {
    equivalent_by_code.erase(equivalent.code);
  }
}

PairIndex LedgerState::EnsurePair(const PairKey& key) {
  if (const std::optional<PairIndex> found = FindPair(key)) return *found;
  Pair pair;
  pair.equivalent = key.equivalent;
  pair.a = key.a;
  pair.b = key.b;
  const auto index = static_cast<PairIndex>(pairs.size());
  pairs.push_back(pair);
  pair_by_key.AddNew();
  EnterNewPairs();
  // While a snapshot is loaded a pair may name participants that only the replay will bring.
  if (!coverage.empty()) return index;
  pairs_of[pair.a].push_back(index);
  pairs_of[pair.b].push_back(index);
  return index;
}

// Links all pairs with their participants; none is linked yet.
void LedgerState::LinkPairs() {
  std::vector<std::uint32_t> counts(participants.size());
  for (const Pair& pair : pairs) {
    ++counts[pair.a];
    ++counts[pair.b];
  }
  for (std::size_t i = 0; i < counts.size(); ++i) pairs_of[i].reserve(counts[i]);
  constexpr std::size_t kAhead = 16;
  for (PairIndex i = 0; i < pairs.size(); ++i) {
    if (i + kAhead < pairs.size()) {
      PrefetchMemoryToWrite(&pairs_of[pairs[i + kAhead].a]);
      PrefetchMemoryToWrite(&pairs_of[pairs[i + kAhead].b]);
    }
    pairs_of[pairs[i].a].push_back(i);
    pairs_of[pairs[i].b].push_back(i);
  }
}

void LedgerState::AddParticipant(const Participant& participant) {
  participants.push_back(participant);
  participant_by_pid.AddNew();
  pairs_of.emplace_back();
  live_lines.push_back(0);
  // An operator who joins keeps counting where he was.
  const auto used = operator_sequences.find(participant.pid);
  sequences.push_back(used == operator_sequences.end() ? 0 : used->second);
  if (used != operator_sequences.end()) operator_sequences.erase(used);
}

void LedgerState::EnterNewPairs() {
  constexpr std::size_t kAhead = 16;
  for (auto i = static_cast<PairIndex>(pair_members.size()); i < pairs.size();) {
    const EquivalentIndex equivalent = pairs[i].equivalent;
    if (members.size() <= equivalent) {
      members.resize(equivalent + std::size_t{1});
      pairs_in.resize(equivalent + std::size_t{1});
    }
    Members& all = members[equivalent];
    for (; i < pairs.size() && pairs[i].equivalent == equivalent; ++i) {
      if (i + kAhead < pairs.size()) {  // in vain where that is one of another equivalent
        all.Prefetch(pairs[i + kAhead].a);
        all.Prefetch(pairs[i + kAhead].b);
      }
      pairs_in[equivalent].push_back(i);
      const MemberIndex a = all.Add(pairs[i].a);
      pair_members.push_back({a, all.Add(pairs[i].b)});
    }
  }
}

void LedgerState::PrefetchAround(PairIndex index) const {
  PrefetchMemory(&pair_members[index]);
  for (const LineIndex line : {pairs[index].line_ab, pairs[index].line_ba}) {
    if (line != kNoIndex) PrefetchMemory(&lines[line]);
  }
}

AmountSum& LedgerState::PositionOf(EquivalentIndex equivalent, MemberIndex member) {
  if (positions.size() <= equivalent) positions.resize(equivalent + std::size_t{1});
  std::vector<AmountSum>& row = positions[equivalent];
  if (row.size() <= member) row.resize(member + std::size_t{1});
  return row[member];
}

// At least four fifths of its binary form, in which an index takes up to five bytes.
static std::size_t BytesOf(const Transaction& transaction) {
  std::size_t bytes = sizeof(Transaction) + transaction.constraints.size();
  for (const Route& route : transaction.routes) {
    bytes += sizeof(Route) + route.participants.size() * sizeof(ParticipantIndex);
  }
  return bytes;
}

// Where one that waits for its decision stands.
static ExpiryPlace PlaceOf(const Transaction& prepared) {
  const Hold& hold = *prepared.hold;
  return {hold.voted ? std::numeric_limits<Timestamp>::max() : hold.expires_at, prepared.id};
}
static ExpiryPlace PlaceOf(const Proposal& open) { return {open.expires_at, open.id}; }

void LedgerState::SetPrepared(const Transaction& transaction) {
  RemovePrepared(transaction.id);
  if (!transaction.hold->voted) ++prepared_by[transaction.payer];
  prepared_by_expiry.insert(PlaceOf(transaction));
  prepared_bytes += BytesOf(transaction);
  prepared.emplace(transaction.id, transaction);
}

void LedgerState::RemovePrepared(const TxId& id) {
  const auto found = prepared.find(id);
  if (found == prepared.end()) return;
  const auto of_payer = prepared_by.find(found->second.payer);
  if (!found->second.hold->voted && --of_payer->second == 0) prepared_by.erase(of_payer);
  prepared_by_expiry.erase(PlaceOf(found->second));
  prepared_bytes -= BytesOf(found->second);
  prepared.erase(found);
}

void LedgerState::SetProposal(const Proposal& proposal) {
  RemoveProposal(proposal.id);
  ++proposed_by[proposal.proposer];
  proposals_by_expiry.insert(PlaceOf(proposal));
  proposals.emplace(proposal.id, proposal);
}

void LedgerState::RemoveProposal(const TxId& id) {
  const auto found = proposals.find(id);
  if (found == proposals.end()) return;
  const auto of_proposer = proposed_by.find(found->second.proposer);
  if (--of_proposer->second == 0) proposed_by.erase(of_proposer);
  proposals_by_expiry.erase(PlaceOf(found->second));
  proposals.erase(found);
}

void LedgerState::RefreshDailyLimited(PairIndex index) {
  const auto limited = [&](LineIndex line_index) {
    const LineRecord* line = Live(line_index);
    return line != nullptr && PolicyOf(*line).daily_limit.has_value();
  };
  if (limited(pairs[index].line_ab) || limited(pairs[index].line_ba)) {
    daily_limited.insert(index);
  } else {
    daily_limited.erase(index);
  }
}

}  // namespace geo
