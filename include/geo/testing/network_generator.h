// Made-up credit networks and payments of realistic shape and any size, for tests, benchmarks and
// experiments.
//
// Everything follows from the options alone: the same options give the same network and the same
// payments on every machine and with every compiler (integer arithmetic and std::mt19937_64 only).
// Participants are plain numbers from 0; nothing here knows of hubs.
#ifndef GEO_TESTING_NETWORK_GENERATOR_H_
#define GEO_TESTING_NETWORK_GENERATOR_H_

#include <cstdint>
#include <random>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/status.h"

namespace geo::testing {

enum class NetworkShape : std::uint8_t {
  // A power law with triads: newcomers link to the well connected and to their neighbours (Holme
  // and Kim, "Growing scale-free networks with tunable clustering", Phys. Rev. E 65, 026107, 2002).
  // A few hubs, short routes.
  kHolmeKim,
  // Communities of 50: three links of five stay in the community, the others lead anywhere. No
  // hubs, long routes.
  kCommunities,
};

inline constexpr std::uint32_t kMaxGeneratedParticipants = 10'000'000;

struct NetworkOptions {
  NetworkShape shape = NetworkShape::kHolmeKim;
  std::uint32_t participants = 1'000;  // 2 to kMaxGeneratedParticipants
  std::uint64_t seed = 1;
};

// `owner` lets `debtor` owe him up to `limit`.
struct GeneratedLine {
  std::uint32_t owner = 0;
  std::uint32_t debtor = 0;
  Amount limit = 0;  // positive
  friend bool operator==(const GeneratedLine&, const GeneratedLine&) = default;
};

struct GeneratedDebt {
  std::uint32_t debtor = 0;
  std::uint32_t creditor = 0;
  Amount amount = 0;  // positive
  friend bool operator==(const GeneratedDebt&, const GeneratedDebt&) = default;
};

// Amounts are minor units at precision 2.
inline constexpr int kGeneratedPrecision = 2;

// Large networks are close to these averages: 5 lines per participant; half of the lines have a
// line back; limits are lognormal with median 100.00 and σ 1.2; 60 % of the lines are used, by a
// debt spread evenly between nothing and the limit. Always: no two lines owner→debtor, nobody
// trusts himself, each debt is within its line's limit, one debt per pair at most, and everybody
// has a line. Numbers are dealt at random, so they say nothing about degree or community.
struct GeneratedNetwork {
  std::uint32_t participants = 0;
  std::vector<GeneratedLine> lines = {};
  std::vector<GeneratedDebt> debts = {};
};

// Errors: InvalidArgument (participants out of range). O(participants), about 3 s and 200 MB for
// a million, of which 130 MB remain.
StatusOr<GeneratedNetwork> GenerateNetwork(const NetworkOptions& options);

// Who pays whom.
enum class PaymentPairs : std::uint8_t {
  kRandom,          // anybody anybody
  kDegreeWeighted,  // both chosen in proportion to their number of lines
  kLocal,           // somebody and whom he meets on a random walk of 2 to 4 lines, either way
};

// Usual median amounts: small, medium and large beside limits of 100.00.
inline constexpr Amount kSmallPayment = 20'00;
inline constexpr Amount kMediumPayment = 100'00;
inline constexpr Amount kLargePayment = 400'00;

struct TraceOptions {
  PaymentPairs pairs = PaymentPairs::kRandom;
  Amount median = kSmallPayment;  // 1 to 10^12 minor units; amounts are lognormal with σ 1
  std::uint64_t seed = 1;
};

struct GeneratedPayment {
  std::uint32_t from = 0;
  std::uint32_t to = 0;  // never `from`
  Amount amount = 0;     // positive
  friend bool operator==(const GeneratedPayment&, const GeneratedPayment&) = default;
};

// An endless sequence of payments. A value; one thread at a time. The first n payments do not
// depend on how many are taken.
class PaymentTrace {
 public:
  // Copies what it needs of the network's shape, which need not be a generated one. Errors:
  // InvalidArgument (fewer than two participants, a line with a participant beyond them or to
  // himself, no line at all for pairs that need some, median out of range). O(lines).
  static StatusOr<PaymentTrace> Create(const GeneratedNetwork& network,
                                       const TraceOptions& options);

  // O(1).
  GeneratedPayment Next();

 private:
  explicit PaymentTrace(const TraceOptions& options);
  void ReadLines(const GeneratedNetwork& network);
  std::uint32_t NextPayer();
  std::uint32_t NextPayee(std::uint32_t payer);
  std::uint32_t Walk(std::uint32_t from);

  TraceOptions options_;
  std::uint32_t participants_ = 0;
  std::vector<std::uint32_t> first_;       // participant → his first place in `neighbours_`
  std::vector<std::uint32_t> neighbours_;  // the other end of each of his lines
  std::mt19937_64 random_;
};

}  // namespace geo::testing

#endif  // GEO_TESTING_NETWORK_GENERATOR_H_
