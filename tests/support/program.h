// Runs a program of ours as a person would: with a command line, reading what it prints.
#ifndef GEO_TESTS_SUPPORT_PROGRAM_H_
#define GEO_TESTS_SUPPORT_PROGRAM_H_

#include <string>
#include <vector>

namespace geo::tests {

struct ProgramRun {
  int status = -1;  // exit status; -1 when it did not end by itself
  std::string output;
  std::string errors;
};

// Runs `arguments[0]` with the rest as its arguments, standard input empty, and waits for its end.
ProgramRun RunProgram(const std::vector<std::string>& arguments);

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_PROGRAM_H_
