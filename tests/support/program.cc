#include "tests/support/program.h"

#include <sys/wait.h>

#include <cstdlib>

#include "tests/support/scratch.h"

namespace geo::tests {
namespace {

// For sh: nothing inside single quotes has a meaning but the closing one.
std::string Quoted(const std::string& argument) {
  std::string quoted = "'";
  for (char c : argument) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

ProgramRun RunProgram(const std::vector<std::string>& arguments) {
  const Scratch scratch;
  std::string command;
  for (const std::string& argument : arguments) command += Quoted(argument) + " ";
  command +=
      "</dev/null >" + Quoted(scratch.File("output")) + " 2>" + Quoted(scratch.File("errors"));
  const int status = std::system(command.c_str());
  return {.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          .output = ReadFile(scratch.File("output")),
          .errors = ReadFile(scratch.File("errors"))};
}

}  // namespace geo::tests
