#include "geo/testing/network_generator.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>

#include "src/testing/random.h"

namespace geo::testing {
namespace {

using Engine = std::mt19937_64;

// Pairs of neighbours per participant: 3.75, since a third of the pairs has lines both ways (then
// half of all lines have a line back), which makes 5 lines per participant.
constexpr std::uint32_t kMostLinks = 4;
constexpr std::uint64_t kOneInSoManyBothWays = 3;
constexpr std::uint32_t kPairsWithDebtPercent = 80;  // so that 60 % of the lines are used
constexpr Amount kLimitMedian = 100'00;
constexpr std::int64_t kLimitSigma = 120;
constexpr std::uint32_t kTriadPercent = 50;

constexpr std::uint32_t kCommunity = 50;
constexpr std::uint32_t kInCommunityPercent = 60;
constexpr int kAttempts = 64;

struct Link {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};

// Three newcomers of four come with four links, the others with three.
std::uint32_t LinksOf(std::uint32_t newcomer) {
  return std::min(newcomer, newcomer % 4 == 0 ? kMostLinks - 1 : kMostLinks);
}

std::uint32_t RandomOf(Engine& engine, const std::vector<std::uint32_t>& from) {
  return from[RandomBelow(engine, from.size())];
}

// Who is linked to whom while a network grows.
class Growth {
 public:
  explicit Growth(std::uint32_t participants) : neighbours_(participants) {
    links_.reserve(std::size_t{participants} * kMostLinks);
  }

  void Add(std::uint32_t a, std::uint32_t b) {
    links_.push_back({a, b});
    neighbours_[a].push_back(b);
    neighbours_[b].push_back(a);
  }
  // `a` should be the one with fewer links.
  bool Linked(std::uint32_t a, std::uint32_t b) const {
    return std::find(neighbours_[a].begin(), neighbours_[a].end(), b) != neighbours_[a].end();
  }
  const std::vector<std::uint32_t>& neighbours(std::uint32_t of) const { return neighbours_[of]; }
  std::vector<Link> TakeLinks() { return std::move(links_); }

 private:
  std::vector<Link> links_;
  std::vector<std::vector<std::uint32_t>> neighbours_;
};

// Somebody older than the newcomer, not linked to him, in proportion to links. `ends` names each
// older participant once per link.
std::uint32_t PreferredBy(Engine& engine, const Growth& growth, std::uint32_t newcomer,
                          const std::vector<std::uint32_t>& ends) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::uint32_t other = RandomOf(engine, ends);
    if (!growth.Linked(newcomer, other)) return other;
  }
  // A newcomer has fewer links than there are older ones, so this ends.
  std::uint32_t other = static_cast<std::uint32_t>(RandomBelow(engine, newcomer));
  while (growth.Linked(newcomer, other)) other = (other + 1) % newcomer;
  return other;
}

std::vector<Link> GrowHolmeKim(Engine& engine, std::uint32_t participants) {
  Growth growth(participants);
  std::vector<std::uint32_t> ends = {0};
  ends.reserve(std::size_t{participants} * 2 * kMostLinks);
  for (std::uint32_t newcomer = 1; newcomer < participants; ++newcomer) {
    std::uint32_t preferred = 0;
    const std::uint32_t links = LinksOf(newcomer);
    for (std::uint32_t i = 0; i < links; ++i) {
      std::uint32_t other = newcomer;
      if (i > 0 && RandomChance(engine, kTriadPercent)) {
        other = RandomOf(engine, growth.neighbours(preferred));
      }
      if (other == newcomer || growth.Linked(newcomer, other)) {
        other = preferred = PreferredBy(engine, growth, newcomer, ends);
      }
      growth.Add(newcomer, other);
    }
    for (std::uint32_t other : growth.neighbours(newcomer)) {
      ends.push_back(newcomer);
      ends.push_back(other);
    }
  }
  return growth.TakeLinks();
}

// Anybody in the community that `member` belongs to; a short last one belongs to the one before.
std::uint32_t InCommunity(Engine& engine, std::uint32_t member, std::uint32_t participants) {
  const std::uint32_t communities = std::max(participants / kCommunity, 1u);
  const std::uint32_t community = std::min(member / kCommunity, communities - 1);
  const std::uint32_t begin = community * kCommunity;
  const std::uint32_t end = community + 1 == communities ? participants : begin + kCommunity;
  return begin + static_cast<std::uint32_t>(RandomBelow(engine, end - begin));
}

std::vector<Link> GrowCommunities(Engine& engine, std::uint32_t participants) {
  Growth growth(participants);
  for (std::uint32_t member = 0; member < participants; ++member) {
    // Small networks have no room for all links, so there is an end to the attempts.
    std::uint32_t wanted = std::min(LinksOf(member + kMostLinks), participants - 1);
    for (int attempt = 0; attempt < kAttempts && wanted > 0; ++attempt) {
      const std::uint32_t other =
          RandomChance(engine, kInCommunityPercent)
              ? InCommunity(engine, member, participants)
              : static_cast<std::uint32_t>(RandomBelow(engine, participants));
      if (other == member || growth.Linked(member, other)) continue;
      growth.Add(member, other);
      --wanted;
    }
  }
  return growth.TakeLinks();
}

// Fisher and Yates; std::shuffle may differ between standard libraries.
std::vector<std::uint32_t> RandomNumbers(Engine& engine, std::uint32_t count) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0u);
  for (std::uint32_t i = count - 1; i > 0; --i) {
    std::swap(numbers[i], numbers[RandomBelow(engine, i + 1u)]);
  }
  return numbers;
}

void AddLines(Engine& engine, std::uint32_t owner, std::uint32_t debtor,
              GeneratedNetwork* network) {
  if (RandomChance(engine, 50)) std::swap(owner, debtor);
  const Amount limit = RandomLognormal(engine, kLimitMedian, kLimitSigma);
  network->lines.push_back({owner, debtor, limit});
  if (RandomBelow(engine, kOneInSoManyBothWays) == 0) {
    network->lines.push_back({debtor, owner, RandomLognormal(engine, kLimitMedian, kLimitSigma)});
  }
  // The first of the two lines is either with equal chance, so it may carry the debt.
  if (RandomChance(engine, kPairsWithDebtPercent)) {
    const auto used = RandomBelow(engine, static_cast<std::uint64_t>(limit)) + 1;
    network->debts.push_back({debtor, owner, static_cast<Amount>(used)});
  }
}

Status CheckTrace(const GeneratedNetwork& network, const TraceOptions& options) {
  if (network.participants < 2) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a trace needs at least 2 participants, the network has " +
                         std::to_string(network.participants));
  }
  if (options.median < 1 || options.median > 1'000'000'000'000) {
    return MakeError(ErrorCode::kInvalidArgument, "median of payments is " +
                                                      std::to_string(options.median) +
                                                      ", must be 1 to 10^12 minor units");
  }
  for (const GeneratedLine& line : network.lines) {
    if (std::max(line.owner, line.debtor) < network.participants && line.owner != line.debtor) {
      continue;
    }
    return MakeError(ErrorCode::kInvalidArgument,
                     "line " + std::to_string(line.owner) + "→" + std::to_string(line.debtor) +
                         ": must join two of " + std::to_string(network.participants) +
                         " participants");
  }
  if (options.pairs != PaymentPairs::kRandom && network.lines.empty()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a network without lines has no local or degree-weighted pairs");
  }
  return OkStatus();
}

}  // namespace

StatusOr<GeneratedNetwork> GenerateNetwork(const NetworkOptions& options) {
  if (options.participants < 2 || options.participants > kMaxGeneratedParticipants) {
    return MakeError(
        ErrorCode::kInvalidArgument,
        "participants of a generated network: " + std::to_string(options.participants) +
            ", must be 2 to " + std::to_string(kMaxGeneratedParticipants));
  }
  Engine engine(options.seed);
  const std::vector<Link> links = options.shape == NetworkShape::kHolmeKim
                                      ? GrowHolmeKim(engine, options.participants)
                                      : GrowCommunities(engine, options.participants);
  const std::vector<std::uint32_t> number = RandomNumbers(engine, options.participants);
  GeneratedNetwork network;
  network.participants = options.participants;
  network.lines.reserve(links.size() * 7 / 5);
  network.debts.reserve(links.size());
  for (const Link& link : links) AddLines(engine, number[link.a], number[link.b], &network);
  return network;
}

StatusOr<PaymentTrace> PaymentTrace::Create(const GeneratedNetwork& network,
                                            const TraceOptions& options) {
  if (Status status = CheckTrace(network, options); !status.ok()) return status;
  PaymentTrace trace(options);
  trace.participants_ = network.participants;
  if (options.pairs != PaymentPairs::kRandom) trace.ReadLines(network);
  return trace;
}

PaymentTrace::PaymentTrace(const TraceOptions& options)
    : options_(options), random_(options.seed) {}

void PaymentTrace::ReadLines(const GeneratedNetwork& network) {
  first_.assign(std::size_t{participants_} + 1, 0);
  for (const GeneratedLine& line : network.lines) {
    ++first_[line.owner + 1];
    ++first_[line.debtor + 1];
  }
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  neighbours_.resize(first_.back());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (const GeneratedLine& line : network.lines) {
    neighbours_[next[line.owner]++] = line.debtor;
    neighbours_[next[line.debtor]++] = line.owner;
  }
}

GeneratedPayment PaymentTrace::Next() {
  const std::uint32_t payer = NextPayer();
  const std::uint32_t payee = NextPayee(payer);
  return {payer, payee, RandomLognormal(random_, options_.median, 100)};
}

std::uint32_t PaymentTrace::NextPayer() {
  if (options_.pairs == PaymentPairs::kDegreeWeighted) return RandomOf(random_, neighbours_);
  std::uint32_t payer = 0;
  do {
    payer = static_cast<std::uint32_t>(RandomBelow(random_, participants_));
  } while (options_.pairs == PaymentPairs::kLocal && first_[payer] == first_[payer + 1]);
  return payer;
}

std::uint32_t PaymentTrace::NextPayee(std::uint32_t payer) {
  if (options_.pairs == PaymentPairs::kLocal) return Walk(payer);
  std::uint32_t payee = payer;
  while (payee == payer) {
    payee = options_.pairs == PaymentPairs::kDegreeWeighted
                ? RandomOf(random_, neighbours_)
                : static_cast<std::uint32_t>(RandomBelow(random_, participants_));
  }
  return payee;
}

std::uint32_t PaymentTrace::Walk(std::uint32_t from) {
  std::uint32_t at = from;
  // A walk that ends where it began goes one line further.
  for (std::uint64_t left = 2 + RandomBelow(random_, 3); left > 0 || at == from; --left) {
    const std::uint32_t first = first_[at];
    at = neighbours_[first + RandomBelow(random_, first_[at + 1] - first)];
    if (left == 0) break;
  }
  return at;
}

}  // namespace geo::testing
