// What geo/testing/network_generator.h promises of every network and trace, at random sizes and
// seeds, and of large ones on average.
#include "geo/testing/network_generator.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "geo/base/encoding.h"
#include "geo/crypto/hash.h"

namespace geo::testing {
namespace {

using PairOf = std::pair<std::uint32_t, std::uint32_t>;

GeneratedNetwork Generate(NetworkShape shape, std::uint32_t participants, std::uint64_t seed) {
  auto network = GenerateNetwork({shape, participants, seed});
  EXPECT_TRUE(network.ok()) << network.status();
  return *std::move(network);
}

PaymentTrace Trace(const GeneratedNetwork& network, const TraceOptions& options) {
  auto trace = PaymentTrace::Create(network, options);
  EXPECT_TRUE(trace.ok()) << trace.status();
  return *std::move(trace);
}

std::string DigestOf(const GeneratedNetwork& network) {
  Sha256Stream hash;
  for (const GeneratedLine& line : network.lines) {
    hash.Update(std::to_string(line.owner) + "," + std::to_string(line.debtor) + "," +
                std::to_string(line.limit) + "\n");
  }
  for (const GeneratedDebt& debt : network.debts) {
    hash.Update(std::to_string(debt.debtor) + "," + std::to_string(debt.creditor) + "," +
                std::to_string(debt.amount) + "\n");
  }
  return EncodeHex(hash.Finish().view());
}

std::string DigestOf(PaymentTrace trace, int payments) {
  Sha256Stream hash;
  for (int i = 0; i < payments; ++i) {
    const GeneratedPayment payment = trace.Next();
    hash.Update(std::to_string(payment.from) + "," + std::to_string(payment.to) + "," +
                std::to_string(payment.amount) + "\n");
  }
  return EncodeHex(hash.Finish().view());
}

NetworkShape AnyShape() {
  return *rc::gen::element(NetworkShape::kHolmeKim, NetworkShape::kCommunities);
}

RC_GTEST_PROP(NetworkGenerator, EveryNetworkKeepsTheRules, ()) {
  const auto participants = *rc::gen::inRange<std::uint32_t>(2, 700);
  const GeneratedNetwork network =
      Generate(AnyShape(), participants, *rc::gen::arbitrary<std::uint64_t>());
  RC_ASSERT(network.participants == participants);
  std::map<PairOf, Amount> limits;
  std::set<std::uint32_t> with_line;
  for (const GeneratedLine& line : network.lines) {
    RC_ASSERT(line.owner < participants);
    RC_ASSERT(line.debtor < participants);
    RC_ASSERT(line.owner != line.debtor);
    RC_ASSERT(line.limit > 0);
    RC_ASSERT(limits.emplace(PairOf(line.owner, line.debtor), line.limit).second);
    with_line.insert({line.owner, line.debtor});
  }
  RC_ASSERT(with_line.size() == participants);
  std::set<PairOf> in_debt;
  for (const GeneratedDebt& debt : network.debts) {
    RC_ASSERT(debt.amount > 0);
    const auto limit = limits.find({debt.creditor, debt.debtor});
    RC_ASSERT(limit != limits.end());
    RC_ASSERT(debt.amount <= limit->second);
    RC_ASSERT(in_debt.insert(std::minmax(debt.debtor, debt.creditor)).second);
  }
}

RC_GTEST_PROP(NetworkGenerator, EveryTraceKeepsTheRules, ()) {
  const auto participants = *rc::gen::inRange<std::uint32_t>(2, 300);
  const GeneratedNetwork network = Generate(AnyShape(), participants, 7);
  TraceOptions options;
  options.pairs =
      *rc::gen::element(PaymentPairs::kRandom, PaymentPairs::kDegreeWeighted, PaymentPairs::kLocal);
  options.median = *rc::gen::inRange<Amount>(1, 1'000'000'000'000);
  options.seed = *rc::gen::arbitrary<std::uint64_t>();
  PaymentTrace trace = Trace(network, options);
  PaymentTrace again = Trace(network, options);
  for (int i = 0; i < 200; ++i) {
    const GeneratedPayment payment = trace.Next();
    RC_ASSERT(payment.from < participants);
    RC_ASSERT(payment.to < participants);
    RC_ASSERT(payment.from != payment.to);
    RC_ASSERT(payment.amount > 0);
    RC_ASSERT(payment == again.Next());
  }
}

struct Shares {
  double lines_per_participant = 0;
  double with_line_back = 0;
  double used = 0;
  std::size_t most_lines = 0;
};

Shares Measure(const GeneratedNetwork& network) {
  std::set<PairOf> lines;
  std::vector<std::size_t> degree(network.participants);
  for (const GeneratedLine& line : network.lines) {
    lines.insert({line.owner, line.debtor});
    ++degree[line.owner];
    ++degree[line.debtor];
  }
  const auto back = std::count_if(lines.begin(), lines.end(), [&](const PairOf& line) {
    return lines.count({line.second, line.first}) > 0;
  });
  const auto count = static_cast<double>(network.lines.size());
  return {.lines_per_participant = count / network.participants,
          .with_line_back = static_cast<double>(back) / count,
          .used = static_cast<double>(network.debts.size()) / count,
          .most_lines = *std::max_element(degree.begin(), degree.end())};
}

double Quantile(std::vector<Amount> amounts, double share) {
  const auto at = amounts.begin() +
                  static_cast<std::ptrdiff_t>(share * static_cast<double>(amounts.size() - 1));
  std::nth_element(amounts.begin(), at, amounts.end());
  return static_cast<double>(*at);
}

// 0.1587 and 0.8413 are one σ from the median of a normal distribution, 0.0228 and 0.9772 two.
void ExpectLognormal(const std::vector<Amount>& amounts, double median, double one_sigma) {
  EXPECT_NEAR(Quantile(amounts, 0.5) / median, 1, 0.03);
  EXPECT_NEAR(Quantile(amounts, 0.8413) / median, one_sigma, 0.04 * one_sigma);
  EXPECT_NEAR(Quantile(amounts, 0.1587) / median, 1 / one_sigma, 0.04 / one_sigma);
  const double two_sigma = one_sigma * one_sigma;
  EXPECT_NEAR(Quantile(amounts, 0.9772) / median, two_sigma, 0.08 * two_sigma);
  EXPECT_NEAR(Quantile(amounts, 0.0228) / median, 1 / two_sigma, 0.08 / two_sigma);
}

TEST(NetworkGenerator, LargeNetworksHaveThePromisedShares) {
  for (NetworkShape shape : {NetworkShape::kHolmeKim, NetworkShape::kCommunities}) {
    const GeneratedNetwork network = Generate(shape, 30'000, 11);
    const Shares shares = Measure(network);
    EXPECT_NEAR(shares.lines_per_participant, 5, 0.05);
    EXPECT_NEAR(shares.with_line_back, 0.5, 0.01);
    EXPECT_NEAR(shares.used, 0.6, 0.01);
    std::vector<Amount> limits;
    for (const GeneratedLine& line : network.lines) limits.push_back(line.limit);
    ExpectLognormal(limits, 100'00, 3.3201);  // e^1.2
  }
}

TEST(NetworkGenerator, HolmeKimHasHubsAndCommunitiesHaveNone) {
  EXPECT_GT(Measure(Generate(NetworkShape::kHolmeKim, 30'000, 3)).most_lines, 500u);
  EXPECT_LT(Measure(Generate(NetworkShape::kCommunities, 30'000, 3)).most_lines, 40u);
}

// The share of a participant's pairs of neighbours that are neighbours themselves is what makes
// triads, and what sets a community apart from chance.
TEST(NetworkGenerator, NeighboursKnowEachOther) {
  for (NetworkShape shape : {NetworkShape::kHolmeKim, NetworkShape::kCommunities}) {
    const GeneratedNetwork network = Generate(shape, 5'000, 5);
    std::vector<std::set<std::uint32_t>> neighbours(network.participants);
    for (const GeneratedLine& line : network.lines) {
      neighbours[line.owner].insert(line.debtor);
      neighbours[line.debtor].insert(line.owner);
    }
    double closed = 0;
    double open = 0;
    for (const auto& mine : neighbours) {
      if (mine.size() > 30) continue;  // hubs' neighbours are too many to know each other
      for (std::uint32_t a : mine) {
        for (std::uint32_t b : mine) {
          if (a < b) (neighbours[a].count(b) > 0 ? closed : open) += 1;
        }
      }
    }
    EXPECT_GT(closed / (closed + open), 0.02);  // by chance alone: about 0.002
  }
}

TEST(NetworkGenerator, AmountsOfPaymentsAreLognormal) {
  const GeneratedNetwork network = Generate(NetworkShape::kHolmeKim, 100, 1);
  PaymentTrace trace = Trace(network, {.median = kMediumPayment});
  std::vector<Amount> amounts;
  for (int i = 0; i < 100'000; ++i) amounts.push_back(trace.Next().amount);
  ExpectLognormal(amounts, 100'00, 2.7183);
}

TEST(NetworkGenerator, LocalPairsAreNearAndWeightedPairsAreWellConnected) {
  const GeneratedNetwork network = Generate(NetworkShape::kCommunities, 20'000, 9);
  std::vector<std::set<std::uint32_t>> near(network.participants);
  for (const GeneratedLine& line : network.lines) {
    near[line.owner].insert(line.debtor);
    near[line.debtor].insert(line.owner);
  }
  const auto within_two = [&](const GeneratedPayment& payment) {
    if (near[payment.from].count(payment.to) > 0) return true;
    return std::any_of(near[payment.from].begin(), near[payment.from].end(),
                       [&](std::uint32_t by) { return near[by].count(payment.to) > 0; });
  };
  const auto count_near = [&](PaymentPairs pairs) {
    PaymentTrace trace = Trace(network, {.pairs = pairs});
    int count = 0;
    for (int i = 0; i < 2'000; ++i) count += within_two(trace.Next()) ? 1 : 0;
    return count;
  };
  EXPECT_GT(count_near(PaymentPairs::kLocal), 800);
  EXPECT_LT(count_near(PaymentPairs::kRandom), 20);

  const GeneratedNetwork with_hubs = Generate(NetworkShape::kHolmeKim, 5'000, 9);
  std::vector<int> degree(with_hubs.participants);
  for (const GeneratedLine& line : with_hubs.lines) ++degree[line.owner], ++degree[line.debtor];
  const auto mean_degree = [&](PaymentPairs pairs) {
    PaymentTrace trace = Trace(with_hubs, {.pairs = pairs});
    double sum = 0;
    for (int i = 0; i < 5'000; ++i) {
      const GeneratedPayment payment = trace.Next();
      sum += degree[payment.from] + degree[payment.to];
    }
    return sum / 10'000;
  };
  EXPECT_NEAR(mean_degree(PaymentPairs::kRandom), 10, 1);
  EXPECT_GT(mean_degree(PaymentPairs::kDegreeWeighted), 20);
}

// Benchmarks compare runs of years; a network may not change under them.
TEST(NetworkGenerator, SameEverywhereAndForEver) {
  const GeneratedNetwork hk = Generate(NetworkShape::kHolmeKim, 1'000, 1);
  const GeneratedNetwork comm = Generate(NetworkShape::kCommunities, 1'000, 1);
  EXPECT_EQ(DigestOf(hk), "5b842ebacdff80c36001fcff0670f5baee89488aadd19b51174524b53287d3cb");
  EXPECT_EQ(DigestOf(comm), "f468a7d5d7b0d2a30e7fd30c75148add620769331bd196a43b47ccc44d64f652");
  EXPECT_EQ(DigestOf(Trace(hk, {}), 1'000),
            "d2a5d21a19f7fa5c184871dd2a5bdba5ac9f9d932c28d290faab0055f8e4e368");
  EXPECT_EQ(DigestOf(Trace(hk, {.pairs = PaymentPairs::kDegreeWeighted}), 1'000),
            "3ad62a18439d529556844abd25db4275f8bf1f3d71d312c7cb414ff44e94d69e");
  EXPECT_EQ(DigestOf(Trace(hk, {.pairs = PaymentPairs::kLocal}), 1'000),
            "34452187efdb5a392705636aa891c4241267453dde92c5b61301228b2f85c7f5");
  EXPECT_NE(DigestOf(Generate(NetworkShape::kHolmeKim, 1'000, 2)), DigestOf(hk));
}

TEST(NetworkGenerator, RefusesWhatItCannotMake) {
  const auto code = [](const Status& status) { return ErrorCodeOf(status); };
  for (std::uint32_t participants : {0u, 1u, kMaxGeneratedParticipants + 1}) {
    EXPECT_EQ(code(GenerateNetwork({.participants = participants}).status()),
              ErrorCode::kInvalidArgument);
  }
  const GeneratedNetwork lonely = {.participants = 1};
  EXPECT_EQ(code(PaymentTrace::Create(lonely, {}).status()), ErrorCode::kInvalidArgument);
  const GeneratedNetwork unconnected = {.participants = 2};
  EXPECT_TRUE(PaymentTrace::Create(unconnected, {}).ok());
  for (PaymentPairs pairs : {PaymentPairs::kLocal, PaymentPairs::kDegreeWeighted}) {
    EXPECT_EQ(code(PaymentTrace::Create(unconnected, {.pairs = pairs}).status()),
              ErrorCode::kInvalidArgument);
  }
  for (const GeneratedLine& line : {GeneratedLine{0, 2, 1}, GeneratedLine{1, 1, 1}}) {
    const GeneratedNetwork wrong = {.participants = 2, .lines = {line}};
    EXPECT_EQ(code(PaymentTrace::Create(wrong, {}).status()), ErrorCode::kInvalidArgument);
  }
  for (Amount median : {Amount{0}, Amount{1'000'000'000'001}}) {
    EXPECT_EQ(code(PaymentTrace::Create(unconnected, {.median = median}).status()),
              ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace geo::testing
