#include "analyse/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shared/layout.h"
#include "shared/xml.h"

namespace geo::analyse {
namespace {

constexpr double kWidth = 1200;
constexpr double kHeight = 900;
constexpr double kMargin = 70;
constexpr double kTop = 110;  // under the title
constexpr std::size_t kLabels = 12;

struct Dot {
  ParticipantIndex participant = kNoIndex;
  double x = 0;
  double y = 0;
  double radius = 0;
};

struct Curve {
  std::uint32_t from = 0;  // dots
  std::uint32_t to = 0;
  double used = 0;  // share of the limits between the two, 0 to 1
};

// Everybody with a line, or the `most` nearest to the most central one.
std::vector<ParticipantIndex> Chosen(const graph::ResidualGraph& graph, const Analysis& analysis,
                                     std::size_t most) {
  std::vector<ParticipantIndex> chosen;
  std::vector<bool> seen(graph.node_count());
  const auto take = [&](ParticipantIndex participant) {
    if (seen[participant] || chosen.size() >= most) return;
    seen[participant] = true;
    chosen.push_back(participant);
  };
  for (const ParticipantIndex center : MostCentral(analysis, 1)) take(center);
  for (std::size_t next = 0; next < chosen.size(); ++next) {
    for (std::uint32_t i = 0; i < graph.degree(chosen[next]); ++i) {
      take(graph.neighbor(chosen[next], i));
    }
  }
  for (ParticipantIndex i = 0; i < graph.node_count(); ++i) {
    if (graph.degree(i) > 0) take(i);
  }
  return chosen;
}

Amount LimitOf(const Ledger& ledger, LineIndex line) {
  const bool live = line != kNoIndex && ledger.line_status(line) != LineStatus::kClosed;
  return live ? ledger.line_limit(line) : 0;
}

std::vector<Curve> CurvesBetween(const Ledger& ledger, EquivalentIndex equivalent,
                                 const std::vector<ParticipantIndex>& chosen) {
  std::unordered_map<ParticipantIndex, std::uint32_t> dot_of;
  for (std::uint32_t i = 0; i < chosen.size(); ++i) dot_of.emplace(chosen[i], i);
  std::vector<Curve> curves;
  for (const PairIndex index : ledger.PairsIn(equivalent)) {
    const Pair& pair = ledger.pair(index);
    const auto a = dot_of.find(pair.a);
    const auto b = dot_of.find(pair.b);
    if (a == dot_of.end() || b == dot_of.end()) continue;
    const double limit = static_cast<double>(LimitOf(ledger, pair.line_ab)) +
                         static_cast<double>(LimitOf(ledger, pair.line_ba));
    const double debt = std::abs(static_cast<double>(pair.balance));
    if (limit == 0 && debt == 0) continue;
    curves.push_back({a->second, b->second, limit > 0 ? std::min(debt / limit, 1.0) : 1.0});
  }
  return curves;
}

// Pushes dots that overlap apart, each by half of what is too near.
void Separate(std::vector<Dot>& dots) {
  constexpr int kRounds = 50;
  constexpr double kGap = 3;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < dots.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const double x = dots[i].x - dots[j].x;
        const double y = dots[i].y - dots[j].y;
        const double distance = std::max(std::hypot(x, y), 0.01);
        const double missing = dots[i].radius + dots[j].radius + kGap - distance;
        if (missing <= 0) continue;
        const double push = missing / 2 / distance;
        dots[i].x += x * push;
        dots[i].y += y * push;
        dots[j].x -= x * push;
        dots[j].y -= y * push;
      }
    }
  }
}

std::vector<Dot> DotsFor(const Analysis& analysis, const std::vector<ParticipantIndex>& chosen,
                         const std::vector<Curve>& curves) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> links;
  links.reserve(curves.size());
  for (const Curve& curve : curves) links.emplace_back(curve.from, curve.to);
  const auto places = examples::PlaceByForces(static_cast<std::uint32_t>(chosen.size()), links,
                                              kWidth - 2 * kMargin, kHeight - kTop - kMargin);
  std::vector<Dot> dots;
  dots.reserve(chosen.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const double radius = 2.5 + 1.7 * std::sqrt(static_cast<double>(analysis.degree[chosen[i]]));
    dots.push_back({chosen[i], kMargin + places[i].x, kTop + places[i].y, std::min(radius, 26.0)});
  }
  Separate(dots);
  return dots;
}

// From orange (owes) over grey to blue (is owed); `share` is −1 to 1.
std::string ColourOf(double share) {
  constexpr double kOwes[] = {232, 119, 34};
  constexpr double kEven[] = {173, 181, 189};
  constexpr double kOwed[] = {11, 114, 133};
  const double* end = share < 0 ? kOwes : kOwed;
  const double way = std::sqrt(std::min(std::abs(share), 1.0));
  const auto mix = [&](int i) { return static_cast<int>(kEven[i] + way * (end[i] - kEven[i])); };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2));
}

// Bent a little to one side, so that lines through one place can be told apart.
void DrawCurve(const Dot& from, const Dot& to, double used, std::string& svg) {
  const double x = (from.x + to.x) / 2 + (to.y - from.y) * 0.08;
  const double y = (from.y + to.y) / 2 - (to.x - from.x) * 0.08;
  fmt::format_to(std::back_inserter(svg),
                 "<path d='M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}' stroke-width='{:.2f}' "
                 "stroke-opacity='{:.2f}'/>\n",
                 from.x, from.y, x, y, to.x, to.y, 0.5 + 1.7 * used, 0.2 + 0.4 * used);
}

void DrawText(double x, double y, int size, std::string_view colour, std::string_view text,
              std::string_view more, std::string& svg) {
  fmt::format_to(std::back_inserter(svg),
                 "<text x='{:.1f}' y='{:.1f}' font-size='{}' fill='{}'{}>{}</text>\n", x, y, size,
                 colour, more, examples::EscapedXml(text));
}

void DrawHead(const PictureOptions& options, std::size_t shown, std::size_t lines,
              std::string& svg) {
  fmt::format_to(std::back_inserter(svg),
                 "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0} {1}' width='{0}' "
                 "height='{1}' font-family='system-ui, -apple-system, Segoe UI, Roboto, "
                 "sans-serif'>\n<rect width='{0}' height='{1}' fill='#fcfcfa'/>\n",
                 kWidth, kHeight);
  DrawText(kMargin / 2, 44, 22, "#212529", options.title, " font-weight='600'", svg);
  DrawText(kMargin / 2, 70, 14, "#495057",
           fmt::format("{} participants, {} pairs with lines. Size: number of lines. Strength: how "
                       "much of a line is used.",
                       shown, lines),
           "", svg);
  double x = kWidth - 300;
  constexpr std::pair<double, std::string_view> kKeys[] = {
      {-1, "owes"}, {0, "even"}, {1, "is owed"}};
  for (const auto& [share, words] : kKeys) {
    fmt::format_to(std::back_inserter(svg), "<circle cx='{:.0f}' cy='39' r='7' fill='{}'/>\n", x,
                   ColourOf(share));
    DrawText(x + 13, 44, 14, "#495057", words, "", svg);
    x += 85;
  }
}

void DrawDots(const std::vector<Dot>& dots, const Analysis& analysis, const PictureOptions& options,
              std::string& svg) {
  double largest = 1;
  for (const Dot& dot : dots) {
    largest = std::max(largest, std::abs(static_cast<double>(analysis.net[dot.participant])));
  }
  for (const Dot& dot : dots) {
    const double share = static_cast<double>(analysis.net[dot.participant]) / largest;
    fmt::format_to(std::back_inserter(svg),
                   "<circle cx='{:.1f}' cy='{:.1f}' r='{:.1f}' fill='{}' stroke='#fcfcfa' "
                   "stroke-width='1.2'><title>{}</title></circle>\n",
                   dot.x, dot.y, dot.radius, ColourOf(share),
                   examples::EscapedXml(options.label(dot.participant)));
  }
}

// The names of the largest, as far as they fit inside.
void DrawLabels(std::vector<Dot> dots, const PictureOptions& options, std::string& svg) {
  std::stable_sort(dots.begin(), dots.end(),
                   [](const Dot& a, const Dot& b) { return a.radius > b.radius; });
  dots.resize(std::min(dots.size(), kLabels));
  for (const Dot& dot : dots) {
    const std::string label = options.label(dot.participant);
    const double room =
        2 * dot.radius / (0.72 * static_cast<double>(std::max<std::size_t>(label.size(), 2)));
    const int size = static_cast<int>(std::min(room, 13.0));
    if (size < 9) continue;
    DrawText(dot.x, dot.y + 0.36 * size, size, "#ffffff", label,
             " text-anchor='middle' font-weight='600'", svg);
  }
}

}  // namespace

std::string Draw(const Ledger& ledger, EquivalentIndex equivalent,
                 const graph::ResidualGraph& graph, const Analysis& analysis,
                 const PictureOptions& options) {
  const auto chosen = Chosen(graph, analysis, options.most);
  const auto curves = CurvesBetween(ledger, equivalent, chosen);
  const auto dots = DotsFor(analysis, chosen, curves);
  std::string svg;
  DrawHead(options, dots.size(), curves.size(), svg);
  svg += "<g fill='none' stroke='#3b5b6d' stroke-linecap='round'>\n";
  for (const Curve& curve : curves) DrawCurve(dots[curve.from], dots[curve.to], curve.used, svg);
  svg += "</g>\n";
  DrawDots(dots, analysis, options, svg);
  DrawLabels(dots, options, svg);
  return svg + "</svg>\n";
}

}  // namespace geo::analyse
