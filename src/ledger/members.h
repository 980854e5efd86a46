// Who takes part in one equivalent, numbered without gaps: tables by number take memory for those
// who do, not for everybody whom the hub knows.
#ifndef GEO_SRC_LEDGER_MEMBERS_H_
#define GEO_SRC_LEDGER_MEMBERS_H_

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "geo/base/large_vector.h"
#include "geo/ledger/ledger.h"
#include "src/base/prefetch.h"

namespace geo {

class Members {
 public:
  // The number of `participant`: the next one, from 0, unless he has one. O(1).
  MemberIndex Add(ParticipantIndex participant) {
    const std::size_t page = participant / kPage;
    if (pages_.size() <= page) pages_.resize(page + 1);
    if (pages_[page] == nullptr) pages_[page] = std::make_unique<Page>();
    MemberIndex& after = (*pages_[page])[participant % kPage];
    if (after == 0) {
      participants_.push_back(participant);
      after = static_cast<MemberIndex>(participants_.size());
    }
    return after - 1;
  }

  std::optional<MemberIndex> Find(ParticipantIndex participant) const {
    const std::size_t page = participant / kPage;
    if (page >= pages_.size() || pages_[page] == nullptr) return std::nullopt;
    const MemberIndex after = (*pages_[page])[participant % kPage];
    return after == 0 ? std::nullopt : std::optional(after - 1);
  }

  // Asks for the memory that Add or Find looks at.
  void Prefetch(ParticipantIndex participant) const {
    const std::size_t page = participant / kPage;
    if (page >= pages_.size() || pages_[page] == nullptr) return;
    PrefetchMemoryToWrite(&(*pages_[page])[participant % kPage]);
  }

  std::size_t size() const { return participants_.size(); }
  ParticipantIndex operator[](MemberIndex member) const { return participants_[member]; }

 private:
  // A page is there when any of its participants is a member.
  static constexpr std::size_t kPage = 128;
  using Page = std::array<MemberIndex, kPage>;  // by participant: one more than the number, or 0

  std::vector<std::unique_ptr<Page>> pages_;
  LargeVector<ParticipantIndex> participants_;  // by number
};

}  // namespace geo

#endif  // GEO_SRC_LEDGER_MEMBERS_H_
