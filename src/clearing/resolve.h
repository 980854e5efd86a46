// From pids, codes and texts to what the ledger calls them, with the errors that clearings share.
#ifndef GEO_SRC_CLEARING_RESOLVE_H_
#define GEO_SRC_CLEARING_RESOLVE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/ledger/ledger.h"

namespace geo {

// The active equivalent with this code. Errors: UnknownEquivalent, EquivalentNotActive.
StatusOr<EquivalentIndex> ResolveEquivalent(const Ledger& ledger, const EquivalentCode& code);

// At most `most` of them. Errors: TooLarge naming `what`, UnknownParticipant.
StatusOr<std::vector<ParticipantIndex>> ResolveParticipants(const Ledger& ledger,
                                                            const std::vector<Pid>& pids,
                                                            std::string_view what,
                                                            std::size_t most);

// 3 to kLongestPeriodicCycle different ones. Errors: TooLarge, InvalidArgument.
Status CheckCycle(const std::vector<Pid>& pids);

// Such a cycle of participants. Errors: as both above.
StatusOr<std::vector<ParticipantIndex>> ResolveCycle(const Ledger& ledger,
                                                     const std::vector<Pid>& pids);

// One minor unit when nothing is said. Errors: those of positive amounts.
StatusOr<Amount> ResolveMinimum(const Ledger& ledger, EquivalentIndex equivalent,
                                const std::optional<AmountInput>& least);

}  // namespace geo

#endif  // GEO_SRC_CLEARING_RESOLVE_H_
