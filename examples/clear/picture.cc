#include "clear/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "shared/layout.h"
#include "shared/xml.h"

namespace geo::clear {
namespace {

using examples::Account;
using examples::Debt;
using Ends = std::pair<Account, Account>;

constexpr double kPanel = 620;  // width and height of each half
constexpr double kMargin = 40;
constexpr double kTop = 110;
constexpr double kWidth = 2 * kPanel + 3 * kMargin;
constexpr double kHeight = kPanel + kTop + kMargin;
constexpr double kDot = 5;
constexpr std::string_view kInk = "#212529";
constexpr std::string_view kGrey = "#868e96";
constexpr std::string_view kStays = "#e07a2f";
constexpr std::string_view kCleared = "#2b8a3e";

std::map<Ends, Amount> ByEnds(const std::vector<Debt>& debts) {
  std::map<Ends, Amount> by_ends;
  for (const Debt& debt : debts) by_ends[{debt.debtor, debt.creditor}] = debt.amount;
  return by_ends;
}

// The participants that the clearing changes most, ascending.
std::vector<Account> Chosen(const std::map<Ends, Amount>& before,
                            const std::map<Ends, Amount>& after, std::size_t most) {
  std::map<Account, double> changes;
  for (const auto& [ends, amount] : before) {
    const auto left = after.find(ends);
    const double change =
        static_cast<double>(amount) - static_cast<double>(left == after.end() ? 0 : left->second);
    changes[ends.first] += std::abs(change);
    changes[ends.second] += std::abs(change);
  }
  std::vector<std::pair<double, Account>> order;
  order.reserve(changes.size());
  for (const auto& [account, change] : changes) order.emplace_back(-change, account);
  std::sort(order.begin(), order.end());
  order.resize(std::min(order.size(), most));
  std::vector<Account> chosen;
  chosen.reserve(order.size());
  for (const auto& [change, account] : order) chosen.push_back(account);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

class Drawing {
 public:
  Drawing(std::map<Ends, Amount> before, std::map<Ends, Amount> after,
          const PictureOptions& options)
      : before_(std::move(before)), after_(std::move(after)), options_(options) {
    for (const Account account : Chosen(before_, after_, options.most)) {
      dots_.emplace(account, static_cast<std::uint32_t>(dots_.size()));
    }
    std::erase_if(before_, [&](const auto& debt) { return !Shows(debt.first); });
    std::erase_if(after_, [&](const auto& debt) { return !Shows(debt.first); });
    std::vector<std::pair<std::uint32_t, std::uint32_t>> links;
    for (const auto& [ends, amount] : before_) {
      links.emplace_back(dots_.at(ends.first), dots_.at(ends.second));
      largest_ = std::max(largest_, static_cast<double>(amount));
    }
    for (const auto& [ends, amount] : after_) {
      largest_ = std::max(largest_, static_cast<double>(amount));
    }
    places_ = examples::PlaceByForces(static_cast<std::uint32_t>(dots_.size()), links,
                                      kPanel - 2 * kDot, kPanel - 2 * kDot);
  }

  std::string Svg() && {
    Head();
    Half(kMargin, "before", [&] {
      for (const auto& [ends, amount] : before_) {
        Arrow(kMargin, ends, amount, kGrey, "0.45");
        const auto left = after_.find(ends);
        const Amount rest = left == after_.end() ? 0 : left->second;
        if (rest < amount) Arrow(kMargin, ends, amount - rest, kCleared, "0.9");
      }
    });
    const double right = kPanel + 2 * kMargin;
    Half(right, "after", [&] {
      for (const auto& [ends, amount] : after_) Arrow(right, ends, amount, kStays, "0.75");
    });
    return std::move(svg_) + "</svg>\n";
  }

 private:
  bool Shows(const Ends& ends) const {
    return dots_.contains(ends.first) && dots_.contains(ends.second);
  }

  void Text(double x, double y, int size, std::string_view colour, std::string_view text) {
    fmt::format_to(std::back_inserter(svg_),
                   "<text x='{:.0f}' y='{:.0f}' font-size='{}' fill='{}'>{}</text>\n", x, y, size,
                   colour, examples::EscapedXml(text));
  }

  void Head() {
    fmt::format_to(std::back_inserter(svg_),
                   "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0:.0f} {1:.0f}' "
                   "width='{0:.0f}' height='{1:.0f}' font-family='system-ui, -apple-system, Segoe "
                   "UI, Roboto, sans-serif'>\n<rect width='{0:.0f}' height='{1:.0f}' "
                   "fill='#fcfcfa'/>\n",
                   kWidth, kHeight);
    for (const std::string_view colour : {kGrey, kCleared, kStays}) {
      fmt::format_to(std::back_inserter(svg_),
                     "<marker id='m{0}' viewBox='0 0 6 6' refX='5' refY='3' markerWidth='9' "
                     "markerHeight='9' markerUnits='userSpaceOnUse' orient='auto'><path d='M0 0L6 "
                     "3L0 6z' fill='#{0}'/></marker>\n",
                     colour.substr(1));
    }
    Text(kMargin, 44, 22, kInk, options_.title);
    Text(kMargin, 70, 14, "#495057", options_.subtitle);
    double x = kWidth - 330;
    for (const auto& [colour, words] :
         {std::pair(kGrey, "debt"), std::pair(kCleared, "cleared"), std::pair(kStays, "stays")}) {
      fmt::format_to(std::back_inserter(svg_),
                     "<rect x='{:.0f}' y='33' width='16' height='8' fill='{}'/>\n", x, colour);
      Text(x + 24, 43, 14, "#495057", words);
      x += 100;
    }
  }

  template <typename Arrows>
  void Half(double left, std::string_view name, Arrows arrows) {
    Text(left, kTop - 12, 16, kInk, name);
    svg_ += "<g fill='none' stroke-linecap='round'>\n";
    arrows();
    svg_ += "</g>\n";
    for (const auto& [account, dot] : dots_) {
      fmt::format_to(std::back_inserter(svg_),
                     "<circle cx='{:.1f}' cy='{:.1f}' r='{}' fill='{}' stroke='#fcfcfa' "
                     "stroke-width='1.2'><title>{}</title></circle>\n",
                     left + kDot + places_[dot].x, kTop + kDot + places_[dot].y, kDot, kInk,
                     account);
    }
  }

  // Bent to one side, and ending before the dot.
  void Arrow(double left, const Ends& ends, Amount amount, std::string_view colour,
             std::string_view opacity) {
    const examples::Place from = places_[dots_.at(ends.first)];
    const examples::Place to = places_[dots_.at(ends.second)];
    const double dx = to.x - from.x;
    const double dy = to.y - from.y;
    const double length = std::max(std::hypot(dx, dy), 1.0);
    const double cut = std::min(kDot + 2, length / 2) / length;
    const double x0 = left + kDot + from.x;
    const double y0 = kTop + kDot + from.y;
    fmt::format_to(std::back_inserter(svg_),
                   "<path d='M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}' stroke='{}' "
                   "stroke-width='{:.2f}' stroke-opacity='{}' "
                   "marker-end='url(#m{})'><title>{} owes {}: {}</title></path>\n",
                   x0, y0, x0 + dx / 2 + dy * 0.12, y0 + dy / 2 - dx * 0.12, x0 + dx * (1 - cut),
                   y0 + dy * (1 - cut), colour,
                   0.6 + 4.4 * std::sqrt(static_cast<double>(amount) / largest_), opacity,
                   colour.substr(1), ends.first, ends.second,
                   FormatAmount(amount, options_.precision));
  }

  std::map<Ends, Amount> before_;
  std::map<Ends, Amount> after_;
  const PictureOptions& options_;
  std::map<Account, std::uint32_t> dots_;
  std::vector<examples::Place> places_;
  double largest_ = 1;
  std::string svg_;
};

}  // namespace

std::string Draw(const std::vector<Debt>& before, const std::vector<Debt>& after,
                 const PictureOptions& options) {
  return Drawing(ByEnds(before), ByEnds(after), options).Svg();
}

std::string Page(const std::string& svg, const std::string& title, const std::string& table) {
  std::string rows = "<tr><td>";
  for (const char c : examples::EscapedXml(table)) {
    if (c == '\t') {
      rows += "</td><td>";
    } else if (c == '\n') {
      rows += "</td></tr>\n<tr><td>";
    } else {
      rows += c;
    }
  }
  rows += "</td></tr>\n";
  return "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'/><title>" +
         examples::EscapedXml(title) +
         "</title><style>body{font-family:system-ui,sans-serif;margin:2em;background:#fcfcfa}"
         "td{padding:.2em 1.2em .2em 0;text-align:right}td:first-child{text-align:left}"
         "svg{max-width:100%;height:auto}</style></head><body>\n<table>\n" +
         rows + "</table>\n" + svg + "</body></html>\n";
}

}  // namespace geo::clear
