#include "src/routing/packing.h"

#include <algorithm>
#include <cstddef>

namespace geo {
namespace {

constexpr int kBranches = 200;  // of the search for whole units, all in all

// Maximises Σ x over 0 ≤ x, Σ of each limit's routes ≤ its limit. The tableau is kept in integers
// over one common denominator, so every pivot divides without remainder (Edmonds, Bareiss): its
// entries are minors of a 0/1 matrix with at most 9 rows, small, times the limits: 128 bits hold
// the products.
class Simplex {
 public:
  Simplex(int count, const std::vector<PackingLimit>& limits);
  void Solve();

  AmountSum denominator() const { return denominator_; }
  AmountSum objective() const { return At(rows_, columns_); }  // · 1 / denominator
  AmountSum ValueOf(int route) const;                          // · 1 / denominator

 private:
  std::size_t IndexOf(int row, int column) const {
    const auto width = static_cast<std::size_t>(columns_) + 1;
    return static_cast<std::size_t>(row) * width + static_cast<std::size_t>(column);
  }
  AmountSum& At(int row, int column) { return cells_[IndexOf(row, column)]; }
  const AmountSum& At(int row, int column) const { return cells_[IndexOf(row, column)]; }
  int Entering() const;
  int Leaving(int column) const;
  void Pivot(int row, int column);

  int rows_;
  int columns_;
  std::vector<AmountSum> cells_;   // last row: objective; last column: values
  std::vector<int> row_variable_;  // 0…columns−1: routes; from there on: slacks
  std::vector<int> column_variable_;
  AmountSum denominator_ = 1;
};

Simplex::Simplex(int count, const std::vector<PackingLimit>& limits)
    : rows_(static_cast<int>(limits.size())),
      columns_(count),
      cells_(static_cast<std::size_t>((rows_ + 1) * (columns_ + 1)), 0) {
  for (int row = 0; row < rows_; ++row) {
    const PackingLimit& limit = limits[static_cast<std::size_t>(row)];
    for (int column = 0; column < columns_; ++column) {
      At(row, column) = limit.routes >> column & 1;
    }
    At(row, columns_) = limit.limit;
    row_variable_.push_back(columns_ + row);
  }
  for (int column = 0; column < columns_; ++column) {
    At(rows_, column) = -1;
    column_variable_.push_back(column);
  }
}

// Bland's rule, lowest variable first, cannot cycle.
int Simplex::Entering() const {
  int best = -1;
  for (int column = 0; column < columns_; ++column) {
    if (At(rows_, column) >= 0) continue;
    if (best < 0 || column_variable_[static_cast<std::size_t>(column)] <
                        column_variable_[static_cast<std::size_t>(best)]) {
      best = column;
    }
  }
  return best;
}

int Simplex::Leaving(int column) const {
  int best = -1;
  for (int row = 0; row < rows_; ++row) {
    if (At(row, column) <= 0) continue;
    if (best < 0) {
      best = row;
      continue;
    }
    const AmountSum mine = At(row, columns_) * At(best, column);
    const AmountSum other = At(best, columns_) * At(row, column);
    if (mine < other || (mine == other && row_variable_[static_cast<std::size_t>(row)] <
                                              row_variable_[static_cast<std::size_t>(best)])) {
      best = row;
    }
  }
  return best;
}

void Simplex::Pivot(int row, int column) {
  const AmountSum pivot = At(row, column);
  for (int i = 0; i <= rows_; ++i) {
    if (i == row) continue;
    for (int j = 0; j <= columns_; ++j) {
      if (j == column) continue;
      At(i, j) = (At(i, j) * pivot - At(i, column) * At(row, j)) / denominator_;
    }
  }
  for (int i = 0; i <= rows_; ++i) {
    if (i != row) At(i, column) = -At(i, column);
  }
  At(row, column) = denominator_;
  denominator_ = pivot;
  std::swap(row_variable_[static_cast<std::size_t>(row)],
            column_variable_[static_cast<std::size_t>(column)]);
}

void Simplex::Solve() {
  for (int column = Entering(); column >= 0; column = Entering()) {
    const int row = Leaving(column);
    if (row < 0) return;  // an unlimited route; the caller promised that there is none
    Pivot(row, column);
  }
}

AmountSum Simplex::ValueOf(int route) const {
  for (int row = 0; row < rows_; ++row) {
    if (row_variable_[static_cast<std::size_t>(row)] == route) return At(row, columns_);
  }
  return 0;
}

class WholeUnits {
 public:
  WholeUnits(int count, Amount wanted) : count_(count), wanted_(wanted) {}

  // Searches under `limits`, each route carrying at least what `floor` says (taken off already).
  void Search(std::vector<PackingLimit> limits, const std::vector<Amount>& floor);

  Packing result;

 private:
  void Offer(const std::vector<PackingLimit>& limits, std::vector<Amount> above,
             const std::vector<Amount>& floor);
  bool Done() const { return result.sum >= wanted_; }

  int count_;
  Amount wanted_;
  int branches_ = 0;
};

// Raises `above` greedily to where nothing fits any more and keeps it if it is the best so far.
void WholeUnits::Offer(const std::vector<PackingLimit>& limits, std::vector<Amount> above,
                       const std::vector<Amount>& floor) {
  for (int i = 0; i < count_; ++i) {
    AmountSum room = kMaxAmount;
    for (const PackingLimit& limit : limits) {
      if ((limit.routes >> i & 1) == 0) continue;
      AmountSum left = limit.limit;
      for (int j = 0; j < count_; ++j) {
        if ((limit.routes >> j & 1) != 0) left -= above[static_cast<std::size_t>(j)];
      }
      room = std::min(room, left);
    }
    above[static_cast<std::size_t>(i)] += static_cast<Amount>(room);
  }
  AmountSum sum = 0;
  for (std::size_t i = 0; i < above.size(); ++i) {
    above[i] += floor[i];
    sum += above[i];
  }
  if (!result.amounts.empty() && sum <= result.sum) return;
  result.sum = sum;
  result.amounts = std::move(above);
}

void WholeUnits::Search(std::vector<PackingLimit> limits, const std::vector<Amount>& floor) {
  if (Done()) return;
  if (++branches_ > kBranches) {
    result.exact = false;
    return;
  }
  AmountSum base = 0;
  for (const Amount amount : floor) base += amount;
  Simplex simplex(count_, limits);
  simplex.Solve();
  const AmountSum bound = base + simplex.objective() / simplex.denominator();
  if (branches_ == 1) result.bound = bound;
  std::vector<Amount> whole(static_cast<std::size_t>(count_));
  int fractional = -1;
  for (int i = 0; i < count_; ++i) {
    const AmountSum value = simplex.ValueOf(i);
    whole[static_cast<std::size_t>(i)] = static_cast<Amount>(value / simplex.denominator());
    if (value % simplex.denominator() != 0) fractional = i;
  }
  if (bound >= wanted_ || branches_ == 1) Offer(limits, whole, floor);
  if (fractional < 0 || bound < wanted_ || Done()) return;
  // Either this route carries no more than the whole part, or at least one more.
  const Amount part = whole[static_cast<std::size_t>(fractional)];
  const std::uint32_t bit = 1U << fractional;
  std::vector<PackingLimit> below = limits;
  below.push_back({bit, part});
  Search(std::move(below), floor);
  std::vector<Amount> higher = floor;
  higher[static_cast<std::size_t>(fractional)] += part + 1;
  for (PackingLimit& limit : limits) {
    if ((limit.routes & bit) == 0) continue;
    limit.limit -= part + 1;
    if (limit.limit < 0) return;
  }
  Search(std::move(limits), higher);
}

}  // namespace

Packing Pack(int count, const std::vector<PackingLimit>& limits, Amount wanted) {
  WholeUnits search(count, wanted);
  search.Search(limits, std::vector<Amount>(static_cast<std::size_t>(count), 0));
  return std::move(search.result);
}

}  // namespace geo
