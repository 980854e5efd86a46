// What is wrong with a plan: the inside of VerifyPlan, also used to name the policies that a
// witness disregards. Reads the ledger only and shares nothing with the searches.
#ifndef GEO_SRC_ROUTING_PLAN_CHECK_H_
#define GEO_SRC_ROUTING_PLAN_CHECK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"

namespace geo {

// A pair as spec 01 §4.6 and §4.3 see it for a payment from `payer` to `payee`.
struct WayCapacity {
  AmountSum open = 0;          // limit, debts and reservations, before policies; may be negative
  Amount most = kMaxAmount;    // what max_single_payment and daily_limit leave of it
  bool single_limits = false;  // max_single_payment is what `most` comes from, else daily_limit
  bool tail_forbids = false;   // the tail is an intermediary here and his line forbids it
  bool head_forbids = false;
  const std::vector<Pid>* blocked = nullptr;
  std::uint32_t max_hops = 0;

  bool forbidden() const { return tail_forbids || head_forbids; }
  Amount available() const;  // under all policies about amounts and intermediaries
};

// None when there is neither an active line for new debt nor debt to pay back: no way at all.
std::optional<WayCapacity> CapacityBetween(const Ledger& ledger, std::int64_t day, const Pair& pair,
                                           PairIndex index, ParticipantIndex tail,
                                           ParticipantIndex payer, ParticipantIndex payee);

// The policies that `plan` breaks, ascending, in `*breaches`; everything else that is wrong with it
// as an error, as documented for VerifyPlan.
Status CheckPlan(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                 const Plan& plan, std::vector<PolicyObstacle>* breaches);

// A list of a request, which must outlive this. Long lists are sorted once they are asked often.
class Listed {
 public:
  explicit Listed(const std::vector<ParticipantIndex>& list) : list_(list) {}
  bool Has(ParticipantIndex participant);

 private:
  const std::vector<ParticipantIndex>& list_;
  std::vector<ParticipantIndex> sorted_;  // a copy, or empty
  std::uint32_t asked_ = 0;
};

// Who may take part in routes of `request`. Both must outlive this.
class Admission {
 public:
  Admission(const Ledger& ledger, const RouteRequest& request);
  bool MayTakePart(ParticipantIndex participant);

 private:
  const Ledger& ledger_;
  const RouteRequest& request_;
  std::optional<Listed> within_;
  Listed avoid_;
};

}  // namespace geo

#endif  // GEO_SRC_ROUTING_PLAN_CHECK_H_
