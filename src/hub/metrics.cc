#include "geo/hub/metrics.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace geo {
namespace {

using Key = std::vector<std::string>;  // label values

// Keys are also found by labels as they come, without making a key: a known series counts even
// where no memory is left.
struct KeyLess {
  using is_transparent = void;
  template <typename One, typename Other>
  bool operator()(const One& one, const Other& other) const {
    return std::lexicographical_compare(one.begin(), one.end(), other.begin(), other.end());
  }
};
template <typename Value>
using ByKey = std::map<Key, Value, KeyLess>;

constexpr std::array<MetricDescription, kMetrics> kDescriptions = {{
    {"geo_payments_total", "Payments that ended.", MetricType::kCounter, {"status"}},
    {"geo_clearings_total", "Clearings that ended.", MetricType::kCounter, {"status"}},
    {"geo_integrity_checks_total",
     "Integrity checks performed.",
     MetricType::kCounter,
     {"equivalent", "check_type", "result"}},
    {"geo_integrity_violations_total",
     "Integrity violations found, anew by each check that finds them.",
     MetricType::kCounter,
     {"equivalent", "violation_type", "severity"}},
    {"geo_payment_duration_seconds",
     "From the submission of a command on a payment to its answer.",
     MetricType::kHistogram,
     {}},
    {"geo_routing_duration_seconds",
     "Finding and checking the routes of a payment.",
     MetricType::kHistogram,
     {}},
    {"geo_integrity_check_duration_seconds",
     "Time spent on integrity checks.",
     MetricType::kHistogram,
     {"check_type"}},
    {"geo_active_participants", "Participants that are active.", MetricType::kGauge, {}},
    {"geo_total_debt", "Sum of all debts.", MetricType::kGauge, {"equivalent"}},
    {"geo_last_checkpoint_age_seconds",
     "Time since the last complete checkpoint was begun.",
     MetricType::kGauge,
     {"equivalent"}},
    {"geo_integrity_status",
     "1 when every integrity check passed, else 0.",
     MetricType::kGauge,
     {"equivalent"}},
    {"geo_zero_sum_balance",
     "Sum of all net positions, which should be 0.",
     MetricType::kGauge,
     {"equivalent"}},
    {"geo_trust_limit_violations_current",
     "Debts above the limit of their line.",
     MetricType::kGauge,
     {"equivalent"}},
    {"geo_debt_symmetry_violations_current",
     "Pairs that could owe each other both ways.",
     MetricType::kGauge,
     {"equivalent"}},
}};

// Upper bounds in microseconds, and how the text shows them.
struct Bucket {
  Duration bound;
  std::string_view seconds;
};
constexpr std::array<Bucket, 19> kBuckets = {{{10, "0.00001"},
                                              {25, "0.000025"},
                                              {50, "0.00005"},
                                              {100, "0.0001"},
                                              {250, "0.00025"},
                                              {500, "0.0005"},
                                              {1'000, "0.001"},
                                              {2'500, "0.0025"},
                                              {5'000, "0.005"},
                                              {10'000, "0.01"},
                                              {25'000, "0.025"},
                                              {50'000, "0.05"},
                                              {100'000, "0.1"},
                                              {250'000, "0.25"},
                                              {500'000, "0.5"},
                                              {1'000'000, "1"},
                                              {2'500'000, "2.5"},
                                              {5'000'000, "5"},
                                              {10'000'000, "10"}}};

struct Histogram {
  std::array<std::uint64_t, kBuckets.size()> counts = {};  // each without the smaller ones
  std::uint64_t all = 0;
  AmountSum sum = 0;  // microseconds
};

struct Gauge {
  AmountSum units = 0;
  int precision = 0;
};

// Backslash, quote and line end of a label's value.
std::string Escape(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text;
}

std::string_view TypeName(MetricType type) {
  static constexpr std::array<std::string_view, 3> kNames = {"counter", "histogram", "gauge"};
  return kNames[static_cast<std::size_t>(type)];
}

// {a="x",b="y"}, or nothing. `bound` is the label "le" of a bucket.
std::string LabelText(const MetricDescription& metric, const Key& key, std::string_view bound) {
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    text += text.empty() ? '{' : ',';
    text += name;
    text += "=\"" + Escape(value) + '"';
  };
  for (std::size_t i = 0; i < key.size(); ++i) add(metric.labels[i], key[i]);
  if (!bound.empty()) add("le", bound);
  if (!text.empty()) text += '}';
  return text;
}

class TextWriter {
 public:
  void Header(const MetricDescription& metric) {
    text_ += "# HELP " + std::string(metric.name) + ' ' + std::string(metric.help) + '\n';
    text_ += "# TYPE " + std::string(metric.name) + ' ' + std::string(TypeName(metric.type)) + '\n';
  }
  void Sample(const MetricDescription& metric, std::string_view suffix, const Key& key,
              std::string_view bound, const std::string& value) {
    text_ += metric.name;
    text_ += suffix;
    text_ += LabelText(metric, key, bound) + ' ' + value + '\n';
  }
  void Write(const MetricDescription& metric, const Key& key, std::uint64_t count) {
    Sample(metric, "", key, "", std::to_string(count));
  }
  void Write(const MetricDescription& metric, const Key& key, const Gauge& gauge) {
    Sample(metric, "", key, "", FormatSum(gauge.units, gauge.precision));
  }
  void Write(const MetricDescription& metric, const Key& key, const Histogram& histogram) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < kBuckets.size(); ++i) {
      below += histogram.counts[i];
      Sample(metric, "_bucket", key, kBuckets[i].seconds, std::to_string(below));
    }
    Sample(metric, "_bucket", key, "+Inf", std::to_string(histogram.all));
    Sample(metric, "_sum", key, "", FormatSum(histogram.sum, 6));
    Sample(metric, "_count", key, "", std::to_string(histogram.all));
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

const MetricDescription& Describe(Metric metric) {
  return kDescriptions[static_cast<std::size_t>(metric)];
}

// Of each metric only the map of its type is used.
struct PrometheusMetrics::State {
  struct Series {
    ByKey<std::uint64_t> counters;
    ByKey<Histogram> histograms;
    ByKey<Gauge> gauges;
  };
  std::array<Series, kMetrics> series;
  std::uint64_t dropped = 0;

  // The place for a value; null when there are too many.
  template <typename Value>
  Value* Find(ByKey<Value>& values, Labels labels) {
    const auto found = values.find(labels);
    if (found != values.end()) return &found->second;
    if (values.size() < kMaxSeries) return &values[Key(labels.begin(), labels.end())];
    ++dropped;
    return nullptr;
  }
};

PrometheusMetrics::PrometheusMetrics() : state_(std::make_unique<State>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::Add(Metric metric, Labels labels, std::uint64_t count) {
  auto& counters = state_->series[static_cast<std::size_t>(metric)].counters;
  if (std::uint64_t* counter = state_->Find(counters, labels)) *counter += count;
}

void PrometheusMetrics::Observe(Metric metric, Labels labels, Duration duration) {
  auto& histograms = state_->series[static_cast<std::size_t>(metric)].histograms;
  Histogram* histogram = state_->Find(histograms, labels);
  if (histogram == nullptr) return;
  ++histogram->all;
  histogram->sum += duration;
  for (std::size_t i = 0; i < kBuckets.size(); ++i) {
    if (duration > kBuckets[i].bound) continue;
    ++histogram->counts[i];
    return;
  }
}

void PrometheusMetrics::Set(Metric metric, Labels labels, AmountSum units, int precision) {
  auto& gauges = state_->series[static_cast<std::size_t>(metric)].gauges;
  if (Gauge* gauge = state_->Find(gauges, labels)) *gauge = {units, precision};
}

std::string PrometheusMetrics::Text() const {
  TextWriter writer;
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const MetricDescription& metric = kDescriptions[i];
    writer.Header(metric);
    const State::Series& series = state_->series[i];
    for (const auto& [key, counter] : series.counters) writer.Write(metric, key, counter);
    for (const auto& [key, histogram] : series.histograms) writer.Write(metric, key, histogram);
    for (const auto& [key, gauge] : series.gauges) writer.Write(metric, key, gauge);
  }
  return writer.Take();
}

std::uint64_t PrometheusMetrics::dropped() const { return state_->dropped; }

}  // namespace geo
