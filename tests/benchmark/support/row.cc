#include "tests/benchmark/support/row.h"

#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace geo::bench {
namespace {

struct Program {
  std::vector<std::function<void(Size)>> suites;
  Size size = Size::kFull;
  std::string exchange;
  bool failed = false;
};

Program& TheProgram() {
  static Program program;
  return program;
}

double Percentile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(place + 0.5)];
}

double Sum(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

std::int64_t MeasureClockCost() {
  std::vector<std::int64_t> costs(10'001);
  for (std::int64_t& cost : costs) {
    const std::int64_t begin = ThreadCpuTime();
    cost = ThreadCpuTime() - begin;
  }
  const auto middle = costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2);
  std::nth_element(costs.begin(), middle, costs.end());
  return *middle;
}

// What a query in a process of its own sends back.
struct Reply {
  double us = 0;
  std::int64_t answer = 0;
};

// After this much CPU time the system ends the process by SIGPROF.
void LimitCpuTime(double us) {
  constexpr double kMicroseconds = 1e6;
  itimerval limit{};
  limit.it_value.tv_sec = static_cast<time_t>(us / kMicroseconds);
  limit.it_value.tv_usec =
      static_cast<suseconds_t>(us - static_cast<double>(limit.it_value.tv_sec) * kMicroseconds);
  setitimer(ITIMER_PROF, &limit, nullptr);
}

[[noreturn]] void ReplyTo(int pipe, double limit_us, const std::function<std::int64_t()>& query) {
  LimitCpuTime(limit_us);
  const std::int64_t begin = ThreadCpuTime();
  Reply reply;
  reply.answer = query();
  reply.us = static_cast<double>(ThreadCpuTime() - begin) / 1000;
  const bool sent = write(pipe, &reply, sizeof(reply)) == sizeof(reply);
  _exit(sent ? 0 : 1);
}

// Takes our own flags off the command line; what is left is for Google Benchmark.
bool ReadFlags(int* argc, char** argv) {
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    const std::string_view flag = argv[i];
    const std::string_view value = i + 1 < *argc ? argv[i + 1] : "";
    if (flag == "--size") {
      if (value != "smoke" && value != "quick" && value != "full") return false;
      TheProgram().size = value == "smoke"   ? Size::kSmoke
                          : value == "quick" ? Size::kQuick
                                             : Size::kFull;
      ++i;
    } else if (flag == "--exchange") {
      TheProgram().exchange = value;
      ++i;
    } else {
      argv[kept++] = argv[i];
    }
  }
  *argc = kept;
  return true;
}

}  // namespace

std::int64_t ThreadCpuTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::int64_t ClockCost() {
  static const std::int64_t cost = MeasureClockCost();
  return cost;
}

bool Row::TimeWithin(double limit_us, const std::function<std::int64_t()>& query,
                     std::int64_t* answer) {
  int ends[2];
  if (pipe(ends) != 0) {
    Fail("no pipe");
    return false;
  }
  const pid_t child = fork();
  if (child == 0) ReplyTo(ends[1], limit_us, query);
  close(ends[1]);
  Reply reply;
  const bool replied = child > 0 && read(ends[0], &reply, sizeof(reply)) == sizeof(reply);
  close(ends[0]);
  int status = 0;
  if (child > 0) waitpid(child, &status, 0);
  if (replied) {
    *answer = reply.answer;
    AddMicroseconds(reply.us);
    return true;
  }
  if (child > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF) {
    AddMicroseconds(limit_us, 1);
    Set("at_least", 1);
  } else {
    Fail("the process of the query failed");
  }
  return false;
}

void Row::Fail(const std::string& why) {
  failed_ = true;
  TheProgram().failed = true;
  state_.SkipWithError(why.c_str());
}

void FinishRow(Row& row) {
  const std::size_t queries = row.times_.size() + row.grouped_queries_;
  if (row.failed_) return;
  if (queries == 0) {
    if (row.left_out_) row.Set("left_out", 1);
    if (!row.left_out_) row.Fail("nothing was measured");
    return;
  }
  const double us = Sum(row.times_) + row.grouped_us_;
  row.state_.SetIterationTime(us / 1e6);
  row.Set("queries", static_cast<double>(queries));
  row.Set("mean_us", us / static_cast<double>(queries));
  if (row.grouped_queries_ > 0) return;
  std::sort(row.times_.begin(), row.times_.end());
  row.Set("p50_us", Percentile(row.times_, 0.5));
  row.Set("p99_us", Percentile(row.times_, 0.99));
}

void AddRow(const RowName& name, std::function<void(Row&)> measure) {
  const std::string full = name.network + "/" + name.operation + "/" + name.engine;
  benchmark::RegisterBenchmark(full.c_str(),
                               [measure = std::move(measure)](benchmark::State& state) {
                                 for (auto _ : state) {
                                   Row row(state);
                                   measure(row);
                                   FinishRow(row);
                                 }
                               })
      ->UseManualTime()
      ->Iterations(1)
      ->Unit(benchmark::kMicrosecond);
}

const std::string& ExchangeFolder() { return TheProgram().exchange; }

Suite::Suite(std::function<void(Size)> add_rows) {
  TheProgram().suites.push_back(std::move(add_rows));
}

}  // namespace geo::bench

int main(int argc, char** argv) {
  geo::bench::Program& program = geo::bench::TheProgram();
  if (!geo::bench::ReadFlags(&argc, argv)) {
    std::fputs("--size should be smoke, quick or full\n", stderr);
    return 2;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (const auto& add_rows : program.suites) add_rows(program.size);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return program.failed ? 1 : 0;
}
