#include "replay/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "geo/base/encoding.h"
#include "geo/crypto/hash.h"

namespace geo::replay {
namespace {

using Json = nlohmann::ordered_json;

double Share(double part, double whole) { return whole > 0 ? part / whole : 0; }

// The smallest time that `share` of all times do not exceed; 0 when there are none.
double Percentile(std::vector<std::uint32_t> times, double share) {
  if (times.empty()) return 0;
  const auto count = static_cast<double>(times.size());
  const auto rank = std::min(static_cast<std::size_t>(share * count), times.size() - 1);
  const auto at = times.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(times.begin(), at, times.end());
  return *at;
}

double PaymentsPerSecond(const Report& report) {
  return Share(static_cast<double>(report.acceptance.size()), report.pay_seconds);
}

std::string WithSeparators(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::string Percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

// "1: 20.0 %, 2: 80.0 %"; those beyond the first eight together.
std::string Distribution(const std::map<std::size_t, std::uint64_t>& counts) {
  constexpr std::size_t kShown = 8;
  double total = 0;
  for (const auto& [value, count] : counts) total += static_cast<double>(count);
  std::string text;
  double shown = 0;
  std::size_t entries = 0;
  for (const auto& [value, count] : counts) {
    if (entries == kShown) return text + ", more: " + Percent(Share(total - shown, total));
    text += fmt::format("{}{}: {}", entries++ == 0 ? "" : ", ", value,
                        Percent(Share(static_cast<double>(count), total)));
    shown += static_cast<double>(count);
  }
  return text.empty() ? "none" : text;
}

std::string Limit(std::uint32_t limit) {
  return limit == kUnlimited ? "no limit" : fmt::format("at most {}", limit);
}

std::string Row(std::string_view name, std::string_view value) {
  return fmt::format("{:<22}{}\n", name, value);
}

std::string Source(const Flags& flags) {
  if (!flags.data.empty()) return flags.data;
  return fmt::format("a made-up network ({}, seed {})", flags.shape, flags.network.seed);
}

std::string Heading(const Flags& flags, const Report& report) {
  const Settings& settings = flags.settings;
  return fmt::format(
      "{}: {} participants, {} lines, {} debts\n{}router {} (hops: {}, paths: {}){}\n\n",
      Source(flags), WithSeparators(report.participants), WithSeparators(report.lines),
      WithSeparators(report.debts),
      settings.swap_ends ? "payments the other way round (reading sim), " : "", flags.router,
      Limit(settings.max_hops), Limit(settings.max_paths),
      settings.keep_state ? "" : "; asked, not paid");
}

std::string Outcome(const Report& report) {
  const std::uint64_t payments = report.acceptance.size();
  const double accepted = static_cast<double>(report.accepted);
  std::string text = Row("payments", WithSeparators(payments));
  text += Row("accepted", fmt::format("{} ({})", WithSeparators(report.accepted),
                                      Percent(Share(accepted, static_cast<double>(payments)))));
  text += Row("volume",
              fmt::format("{} of {} ({})", FormatSum(report.accepted_volume, report.precision),
                          FormatSum(report.volume, report.precision),
                          Percent(Share(static_cast<double>(report.accepted_volume),
                                        static_cast<double>(report.volume)))));
  text += Row("hops of routes", Distribution(report.hops));
  text += Row("routes per payment", Distribution(report.paths));
  text += Row("refused", WithSeparators(payments - report.accepted));
  for (const auto& [reason, count] : report.refused) {
    text += Row("  " + reason, WithSeparators(count));
  }
  return text;
}

std::string Speed(const Flags& flags, const Report& report) {
  const Settings& settings = flags.settings;
  const auto latency = [&](double share) {
    return Percentile(report.submit_nanoseconds, share) / 1e3;
  };
  const auto flush = [&](double share) {
    return Percentile(report.flush_microseconds, share) / 1e3;
  };
  std::string text = Row("payments per second",
                         WithSeparators(static_cast<std::uint64_t>(PaymentsPerSecond(report))));
  text += Row(settings.keep_state ? "submit" : "search",
              fmt::format("{:.1f} µs in half of all cases, {:.1f} µs in 99 %", latency(0.5),
                          latency(0.99)));
  if (settings.keep_state) {
    text += Row("flush", fmt::format("{} of up to {} payments, {:.1f} ms in half of all cases, "
                                     "{:.1f} ms in 99 %",
                                     WithSeparators(report.flush_microseconds.size()),
                                     settings.group, flush(0.5), flush(0.99)));
  }
  text += Row("founding", fmt::format("{:.2f} s", report.load_seconds));
  text += Row("rows for SQL", fmt::format("{:.2f} s at the end", report.read_model_seconds));
  if (!settings.store.empty()) {
    text += Row("database",
                fmt::format("{:.1f} MB in {}, {}", static_cast<double>(report.store_bytes) / 1e6,
                            settings.store, flags.durability));
  }
  return text;
}

std::string Digests(const Report& report) {
  if (report.digest_after.empty()) return "";
  const bool same = report.digest_after == report.digest_reopened;
  return Row("state", report.digest_after) +
         Row("state as reopened",
             same ? fmt::format("the same, after {:.2f} s", report.reopen_seconds)
                  : report.digest_reopened + ", which DIFFERS");
}

template <typename Key>
Json Counts(const std::map<Key, std::uint64_t>& counts) {
  Json json = Json::object();
  for (const auto& [key, count] : counts) json[fmt::format("{}", key)] = count;
  return json;
}

Json LimitOrNull(std::uint32_t limit) { return limit == kUnlimited ? Json() : Json(limit); }

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json Percentiles(const std::vector<std::uint32_t>& times, double unit) {
  return {{"p50", Percentile(times, 0.5) / unit}, {"p99", Percentile(times, 0.99) / unit}};
}

}  // namespace

std::string AsText(const Flags& flags, const Report& report) {
  return Heading(flags, report) + Outcome(report) + "\n" + Speed(flags, report) + Digests(report);
}

std::string AsJson(const Flags& flags, const Report& report) {
  const Settings& settings = flags.settings;
  const Json json = {
      {"source", Source(flags)},
      {"participants", report.participants},
      {"lines", report.lines},
      {"debts", report.debts},
      {"reading", flags.reading},
      {"router", flags.router},
      {"max_hops", LimitOrNull(settings.max_hops)},
      {"max_paths", LimitOrNull(settings.max_paths)},
      {"state", settings.keep_state ? "keep" : "reset"},
      {"store", settings.store.empty() ? "memory" : settings.store},
      {"durability", flags.durability},
      {"group", settings.group},
      {"payments", report.acceptance.size()},
      {"accepted", report.accepted},
      {"acceptance_sha256", EncodeHex(Sha256(report.acceptance).view())},
      {"volume", FormatSum(report.volume, report.precision)},
      {"accepted_volume", FormatSum(report.accepted_volume, report.precision)},
      {"hops", Counts(report.hops)},
      {"paths", Counts(report.paths)},
      {"refused_by_reason", Counts(report.refused)},
      {"payments_per_second", PaymentsPerSecond(report)},
      {"latency_us", Percentiles(report.submit_nanoseconds, 1e3)},
      {"flushes", report.flush_microseconds.size()},
      {"flush_ms", Percentiles(report.flush_microseconds, 1e3)},
      {"load_seconds", report.load_seconds},
      {"pay_seconds", report.pay_seconds},
      {"read_model_seconds", report.read_model_seconds},
      {"reopen_seconds", report.reopen_seconds},
      {"database_bytes", report.store_bytes},
      {"state_digest_after", TextOrNull(report.digest_after)},
      {"state_digest_reopened", TextOrNull(report.digest_reopened)},
  };
  // Paths need not be UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace geo::replay
