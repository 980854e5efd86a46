// Rows of a benchmark: what tools/bench puts into its table.
//
// A row says how long one operation took on one network with one engine. Each row is a Google
// Benchmark of that name, "network/operation/engine", run once: Google Benchmark selects rows
// (--benchmark_filter), lists them and writes the results; the queries inside are timed one by one,
// because it knows no percentiles.
//
//   const geo::bench::Suite suite([](geo::bench::Size size) {
//     AddRow({"hk 1k", "one path", "geo"}, [](Row& row) {
//       Prepare();  // not timed
//       for (const Query& query : queries) row.Time([&] { Answer(query); });
//     });
//   });
//
// A plain BENCHMARK is fine as well: it becomes a row with its name as the operation, without
// percentiles.
#ifndef GEO_TESTS_BENCHMARK_SUPPORT_ROW_H_
#define GEO_TESTS_BENCHMARK_SUPPORT_ROW_H_

#include <benchmark/benchmark.h>
#include <time.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace geo::bench {

// How large the inputs are: a second in all, to see that everything runs; a minute; all.
enum class Size { kSmoke, kQuick, kFull };

// CPU time of the calling thread, nanoseconds. What others do on the machine does not count in it,
// except that they cool down caches.
std::int64_t ThreadCpuTime();

// What Time takes off: the CPU time of reading the clock, measured once (median of many).
std::int64_t ClockCost();

class Row {
 public:
  explicit Row(benchmark::State& state) : state_(state) {}

  // Runs `query` and counts the CPU time of this thread.
  template <typename Query>
  void Time(const Query& query) {
    const std::int64_t begin = ThreadCpuTime();
    query();
    const std::int64_t taken = ThreadCpuTime() - begin - ClockCost();
    AddMicroseconds(taken > 0 ? static_cast<double>(taken) / 1000 : 0);
  }

  // Runs `query` in a process of its own and counts its CPU time. False: it took more than
  // `limit_us` and was ended; the row then says that much, with the field "at_least".
  bool TimeWithin(double limit_us, const std::function<std::int64_t()>& query,
                  std::int64_t* answer);

  // One query, measured by the caller.
  void AddMicroseconds(double us) { times_.push_back(us); }

  // `queries` queries that can only be measured together: they have a mean and no percentiles.
  void AddMicroseconds(double us, std::size_t queries) {
    grouped_us_ += us;
    grouped_queries_ += queries;
  }

  // A further number in the row: "share_completed", "bytes_per_line".
  void Set(const std::string& field, double value) { state_.counters[field] = value; }

  // The answers are wrong: the row, and with it the whole run, fails.
  void Fail(const std::string& why);

  // The row has nothing to measure here and is left out.
  void LeaveOut() { left_out_ = true; }

  const std::vector<double>& times() const { return times_; }

 private:
  friend void FinishRow(Row& row);

  benchmark::State& state_;
  std::vector<double> times_;
  double grouped_us_ = 0;
  std::size_t grouped_queries_ = 0;
  bool failed_ = false;
  bool left_out_ = false;
};

struct RowName {
  std::string network;    // on what; no slashes in any of the three
  std::string operation;  // what is asked
  std::string engine;     // who answers; rows of other engines get a ratio to that of "geo"
};

// Registers a row. `measure` runs when its turn comes, in order of registration.
void AddRow(const RowName& name, std::function<void(Row&)> measure);

// A folder for files that the scripts of this benchmark read; empty when nobody wants any.
const std::string& ExchangeFolder();

// Registers rows once the command line is known. One or more per program, as global constants.
class Suite {
 public:
  explicit Suite(std::function<void(Size)> add_rows);
};

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_SUPPORT_ROW_H_
