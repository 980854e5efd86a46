// A ledger and its router, put together line by line and payment by payment.
#ifndef GEO_TESTS_SUPPORT_ROUTING_WORLD_H_
#define GEO_TESTS_SUPPORT_ROUTING_WORLD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"

namespace geo::tests {

class RoutingWorld {
 public:
  // Participants 0…participants−1, one equivalent (0), nothing between them.
  explicit RoutingWorld(ParticipantIndex participants);

  // The pid that participant `index` has, registered or not.
  static Pid PidOf(ParticipantIndex index);

  void Register();  // one more participant
  void SetStatus(ParticipantIndex participant, ParticipantStatus status);
  LineIndex Open(ParticipantIndex owner, ParticipantIndex debtor, Amount limit,
                 const LinePolicy& policy = LinePolicy());
  void Change(LineIndex line, const std::function<void(TrustLine&)>& change);
  void Freeze(LineIndex line);
  // The debt debtor→creditor becomes `amount`, as an opening balance.
  void Owe(ParticipantIndex debtor, ParticipantIndex creditor, Amount amount);
  // Moves the plan's amounts, as a payment does.
  void Pay(const Plan& plan);
  void SetDay(std::int64_t new_day);
  // A record with these effects, which the ledger must take. The router learns nothing of it.
  void Fold(RecordKind kind, std::vector<Effect> effects);

  // A request over everything between two participants, with default constraints.
  static RouteRequest Ask(ParticipantIndex from, ParticipantIndex to, Amount amount);
  // The router's answer. Fails the test when it is an error, when VerifyPlan or VerifyRefusal does
  // not confirm it, or when a router built afresh answers something else.
  RouteAnswer Find(const RouteRequest& request);
  CapacityAnswer Capacity(const RouteRequest& request);

  // It has read all that changed so far: at once, backwards, and then again.
  Router& router();

  Ledger ledger;
  std::int64_t day = 20000;

 private:
  void Tell(ParticipantIndex x, ParticipantIndex y);

  std::unique_ptr<Router> router_;
  std::vector<PairIndex> untold_;
  std::uint64_t seq_ = 0;
};

// Policies with one key that is not the default.
LinePolicy NoIntermediary();
LinePolicy Blocking(const std::vector<ParticipantIndex>& blocked);
LinePolicy AtMostHops(std::uint32_t hops);

// "0-1-3:60 0-2-3:40", or the refusal's reason and code: "SenderLimit E002".
std::string Describe(const RouteAnswer& answer);

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_ROUTING_WORLD_H_
