#include "replay/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <tuple>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/encoding.h"
#include "geo/base/ids.h"
#include "geo/crypto/hash.h"

namespace geo::replay {
namespace {

// A debt or line. Participants are named by their place in the order of pid texts, so that sorting
// numbers sorts the text: the space behind a pid comes before all its characters.
struct Entry {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  EquivalentIndex equivalent = 0;
  LineStatus status = LineStatus::kActive;
  Amount amount = 0;
};

class Digest {
 public:
  explicit Digest(const Ledger& ledger);
  std::string Compute();

 private:
  void AddDebts();
  void AddLines();
  void AddParticipants();
  // Sorts `entries` and hashes each as `word`, its participants, equivalent, amount and, for lines,
  // status.
  void AddSorted(std::string_view word, std::vector<Entry> entries);

  const Ledger& ledger_;
  std::vector<ParticipantIndex> order_;  // by pid text
  std::vector<std::string> texts_;       // in that order
  std::vector<std::uint32_t> place_;     // participant → place in that order
  Sha256Stream hash_;
};

Digest::Digest(const Ledger& ledger) : ledger_(ledger) {
  const std::size_t count = ledger.participant_count();
  std::vector<std::string> pids(count);
  for (ParticipantIndex i = 0; i < count; ++i) pids[i] = FormatPid(ledger.participant(i).pid);
  order_.resize(count);
  std::iota(order_.begin(), order_.end(), 0u);
  std::sort(order_.begin(), order_.end(),
            [&](ParticipantIndex x, ParticipantIndex y) { return pids[x] < pids[y]; });
  place_.resize(count);
  for (std::uint32_t place = 0; place < count; ++place) {
    place_[order_[place]] = place;
    texts_.push_back(std::move(pids[order_[place]]));
  }
}

std::string Digest::Compute() {
  AddDebts();
  AddLines();
  AddParticipants();
  return EncodeHex(hash_.Finish().view());
}

void Digest::AddDebts() {
  std::vector<Entry> debts;
  for (PairIndex i = 0; i < ledger_.pair_count(); ++i) {
    const Pair& pair = ledger_.pair(i);
    if (pair.balance == 0) continue;
    Entry debt = {.first = place_[pair.a],
                  .second = place_[pair.b],
                  .equivalent = pair.equivalent,
                  .amount = pair.balance};
    if (debt.amount < 0) {
      std::swap(debt.first, debt.second);
      debt.amount = -debt.amount;
    }
    debts.push_back(debt);
  }
  AddSorted("debt", std::move(debts));
}

void Digest::AddLines() {
  std::vector<Entry> lines;
  for (LineIndex i = 0; i < ledger_.line_count(); ++i) {
    const TrustLine line = ledger_.line(i);
    if (line.status == LineStatus::kClosed) continue;
    lines.push_back({.first = place_[line.owner],
                     .second = place_[line.debtor],
                     .equivalent = line.equivalent,
                     .status = line.status,
                     .amount = line.limit});
  }
  AddSorted("line", std::move(lines));
}

void Digest::AddSorted(std::string_view word, std::vector<Entry> entries) {
  const auto code = [this](const Entry& entry) {
    return ledger_.equivalent(entry.equivalent).code.text();
  };
  std::sort(entries.begin(), entries.end(), [&](const Entry& x, const Entry& y) {
    if (std::tie(x.first, x.second) != std::tie(y.first, y.second)) {
      return std::tie(x.first, x.second) < std::tie(y.first, y.second);
    }
    return code(x) < code(y);
  });
  for (const Entry& entry : entries) {
    const int precision = ledger_.equivalent(entry.equivalent).precision;
    std::string text =
        fmt::format("{} {} {} {} {}", word, texts_[entry.first], texts_[entry.second], code(entry),
                    FormatAmount(entry.amount, precision));
    if (word == "line") text += " " + std::string(LineStatusName(entry.status));
    hash_.Update(text + "\n");
  }
}

void Digest::AddParticipants() {
  for (std::size_t place = 0; place < order_.size(); ++place) {
    const ParticipantStatus status = ledger_.participant(order_[place]).status;
    hash_.Update(fmt::format("participant {} {}\n", texts_[place], ParticipantStatusName(status)));
  }
}

}  // namespace

std::string StateDigest(const Ledger& ledger) { return Digest(ledger).Compute(); }

}  // namespace geo::replay
