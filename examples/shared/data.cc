#include "shared/data.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "shared/csv.h"

namespace geo::examples {
namespace {

constexpr int kDataPrecision = 6;
constexpr std::uint64_t kLargestAccount = std::numeric_limits<Account>::max();

StatusOr<std::unique_ptr<CsvReader>> OpenCsv(const std::string& folder, const std::string& name,
                                             std::vector<std::string> columns) {
  auto path = FindCsv(folder, name);
  if (!path.ok()) return path.status();
  if (path->empty()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("{}/{}.csv.gz: no such file, nor {}.csv", folder, name, name));
  }
  return CsvReader::Open(*path, std::move(columns));
}

// Two accounts and an amount, from three columns beginning with `column`.
struct Row {
  Account first = 0;
  Account second = 0;
  Amount amount = 0;
};

StatusOr<Row> ReadRow(const CsvReader& csv, std::size_t column) {
  auto first = csv.Number(column, kLargestAccount);
  if (!first.ok()) return first.status();
  auto second = csv.Number(column + 1, kLargestAccount);
  if (!second.ok()) return second.status();
  auto amount = csv.AmountOf(column + 2, kDataPrecision);
  if (!amount.ok()) return amount.status();
  return Row{static_cast<Account>(*first), static_cast<Account>(*second), *amount};
}

// The accounts of a row, in their order.
std::uint64_t Ends(const Row& row) { return std::uint64_t{row.first} << 32 | row.second; }

// Visits every row of a file of three columns, until a visit finds something wrong.
template <typename Visit>
Status ReadRows(CsvReader& csv, const Visit& visit) {
  while (true) {
    auto more = csv.Next();
    if (!more.ok() || !*more) return more.status();
    auto row = ReadRow(csv, 0);
    if (!row.ok()) return row.status();
    if (row->first == row->second) {
      return csv.Error(fmt::format("both accounts are the same: {}", row->first));
    }
    if (Status status = visit(*row); !status.ok()) return status;
  }
}

class CsvPayments : public Payments {
 public:
  explicit CsvPayments(std::unique_ptr<CsvReader> csv) : csv_(std::move(csv)) {}

  StatusOr<std::optional<Payment>> Next() override {
    auto more = csv_->Next();
    if (!more.ok()) return more.status();
    if (!*more) return std::optional<Payment>();
    // The time says no more than the order of rows does; it must be a number all the same.
    if (auto time = csv_->Number(0, std::numeric_limits<std::uint64_t>::max()); !time.ok()) {
      return time.status();
    }
    auto row = ReadRow(*csv_, 1);
    if (!row.ok()) return row.status();
    return Payment{row->first, row->second, row->amount};
  }

 private:
  std::unique_ptr<CsvReader> csv_;
};

class GeneratedPayments : public Payments {
 public:
  explicit GeneratedPayments(testing::PaymentTrace trace) : trace_(std::move(trace)) {}

  StatusOr<std::optional<Payment>> Next() override {
    const testing::GeneratedPayment payment = trace_.Next();
    return Payment{payment.from, payment.to, payment.amount};
  }

 private:
  testing::PaymentTrace trace_;
};

Network NetworkOf(const testing::GeneratedNetwork& generated) {
  Network network;
  network.precision = testing::kGeneratedPrecision;
  for (const testing::GeneratedLine& line : generated.lines) {
    network.lines.push_back({line.owner, line.debtor, line.limit});
  }
  for (const testing::GeneratedDebt& debt : generated.debts) {
    network.debts.push_back({debt.debtor, debt.creditor, debt.amount});
  }
  network.accounts = AccountsOf(network);
  return network;
}

}  // namespace

std::vector<Account> AccountsOf(const Network& network) {
  std::vector<Account> accounts;
  for (const Line& line : network.lines) {
    accounts.push_back(line.owner);
    accounts.push_back(line.debtor);
  }
  for (const Debt& debt : network.debts) {
    accounts.push_back(debt.debtor);
    accounts.push_back(debt.creditor);
  }
  std::sort(accounts.begin(), accounts.end());
  accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
  return accounts;
}

StatusOr<std::vector<Debt>> ReadDebts(const std::string& path) {
  auto csv = CsvReader::Open(path, {"debtor", "creditor", "amount"});
  if (!csv.ok()) return csv.status();
  std::vector<Debt> debts;
  std::unordered_map<std::uint64_t, AmountSum> sums;
  const Status status = ReadRows(**csv, [&](const Row& row) {
    AmountSum& sum = sums[Ends(row)];
    sum += row.amount;
    if (sum > kMaxAmount) {
      return (*csv)->Error(fmt::format("debts of {} to {} come to {}, at most {} is possible",
                                       row.first, row.second, FormatSum(sum, kDataPrecision),
                                       FormatAmount(kMaxAmount, kDataPrecision)));
    }
    debts.push_back({row.first, row.second, row.amount});
    return OkStatus();
  });
  if (!status.ok()) return status;
  return debts;
}

StatusOr<Network> ReadNetwork(const std::string& folder) {
  Network network;
  network.precision = kDataPrecision;
  auto lines = OpenCsv(folder, "trustlines", {"from", "to", "limit"});
  if (!lines.ok()) return lines.status();
  std::unordered_set<std::uint64_t> known;
  Status status = ReadRows(**lines, [&](const Row& row) {
    if (!known.insert(Ends(row)).second) {
      return (*lines)->Error(
          fmt::format("there is a line from {} to {} already", row.first, row.second));
    }
    network.lines.push_back({row.first, row.second, row.amount});
    return OkStatus();
  });
  if (!status.ok()) return status;
  auto has_debts = FindCsv(folder, "debts");
  if (!has_debts.ok()) return has_debts.status();
  if (!has_debts->empty()) {
    auto debts = ReadDebts(*has_debts);
    if (!debts.ok()) return debts.status();
    network.debts = *std::move(debts);
  }
  network.accounts = AccountsOf(network);
  return network;
}

StatusOr<Network> GenerateNetwork(const testing::NetworkOptions& options) {
  auto generated = testing::GenerateNetwork(options);
  if (!generated.ok()) return generated.status();
  return NetworkOf(*generated);
}

StatusOr<Data> ReadData(const std::string& folder) {
  auto network = ReadNetwork(folder);
  if (!network.ok()) return network.status();
  auto payments = OpenCsv(folder, "payments", {"time", "from", "to", "amount"});
  if (!payments.ok()) return payments.status();
  return Data{*std::move(network), std::make_unique<CsvPayments>(*std::move(payments))};
}

StatusOr<Data> GenerateData(const testing::NetworkOptions& options,
                            const testing::TraceOptions& trace) {
  auto generated = testing::GenerateNetwork(options);
  if (!generated.ok()) return generated.status();
  auto payments = testing::PaymentTrace::Create(*generated, trace);
  if (!payments.ok()) return payments.status();
  return Data{NetworkOf(*generated), std::make_unique<GeneratedPayments>(*std::move(payments))};
}

}  // namespace geo::examples
