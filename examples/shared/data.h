// A network as it stands at the start, and the payments asked of it, one after another; from a data
// set or made up.
#ifndef GEO_EXAMPLES_SHARED_DATA_H_
#define GEO_EXAMPLES_SHARED_DATA_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/status.h"
#include "geo/testing/network_generator.h"

namespace geo::examples {

// An account's number in the data.
using Account = std::uint32_t;

// `owner` trusts `debtor`, who may owe him up to `limit`.
struct Line {
  Account owner = 0;
  Account debtor = 0;
  Amount limit = 0;
  bool allow_growth = false;  // clearing may raise the debt under it
};

struct Debt {
  Account debtor = 0;
  Account creditor = 0;
  Amount amount = 0;
};

struct Payment {
  Account from = 0;
  Account to = 0;
  Amount amount = 0;
};

struct Network {
  int precision = 0;
  std::vector<Account> accounts;  // ascending; all that have a line or a debt
  std::vector<Line> lines;
  std::vector<Debt> debts;
};

class Payments {
 public:
  virtual ~Payments() = default;
  // The next payment; nothing after the last one.
  virtual StatusOr<std::optional<Payment>> Next() = 0;
};

struct Data {
  Network network;
  std::unique_ptr<Payments> payments;
};

// The network of a data set: the files trustlines and, when there is one, debts. Errors: those of
// ReadData.
StatusOr<Network> ReadNetwork(const std::string& folder);

// Debts from one file (debtor,creditor,amount), as they stand in it: a pair may have several, in
// both directions. Errors: those of CsvReader; InvalidArgument for a debt to oneself, and where the
// debts of one account to another come to more than the largest amount.
StatusOr<std::vector<Debt>> ReadDebts(const std::string& path);

// Everybody who has a line or a debt, ascending.
std::vector<Account> AccountsOf(const Network& network);

// A made-up network. Errors: InvalidArgument.
StatusOr<Network> GenerateNetwork(const testing::NetworkOptions& options);

// A data set: the files trustlines, payments and, when there is one, debts (.csv.gz or .csv) in
// `folder`. Amounts have at most 6 decimals. Errors: those of CsvReader and ReadDebts;
// InvalidArgument when a file is missing, for a line to oneself, and for the same line twice.
StatusOr<Data> ReadData(const std::string& folder);

// A made-up network and payments without end. Errors: InvalidArgument.
StatusOr<Data> GenerateData(const testing::NetworkOptions& network,
                            const testing::TraceOptions& trace);

}  // namespace geo::examples

#endif  // GEO_EXAMPLES_SHARED_DATA_H_
