// Strict reading of the CSV files of a data set, plain or compressed.
//
// The format is no more than the data need: the first line names the columns, fields are plain
// numbers separated by commas, lines end in a line feed. Anything else is an error that names file,
// line and value; nothing is skipped or repaired.
#ifndef GEO_EXAMPLES_SHARED_CSV_H_
#define GEO_EXAMPLES_SHARED_CSV_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/status.h"

namespace geo::examples {

// The file `folder`/`name`.csv.gz or .csv; "" when neither is there. Errors: InvalidArgument when
// both are.
StatusOr<std::string> FindCsv(const std::string& folder, const std::string& name);

// Reads one file row by row.
class CsvReader {
 public:
  // Errors: StoreIo when the file cannot be opened or read, InvalidArgument when its first line is
  // not exactly `columns`.
  static StatusOr<std::unique_ptr<CsvReader>> Open(std::string path,
                                                   std::vector<std::string> columns);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // Goes to the next row; false after the last one. Errors: InvalidArgument (number of fields, line
  // too long, not compressed though its name says so), StoreIo (truncated or damaged file).
  StatusOr<bool> Next();

  // A field of the present row: a whole number, or an amount of at most `precision` decimals.
  // Errors: InvalidArgument.
  StatusOr<std::uint64_t> Number(std::size_t column, std::uint64_t largest) const;
  StatusOr<Amount> AmountOf(std::size_t column, int precision) const;

  // An InvalidArgument error about the present row.
  Status Error(std::string_view what) const;

 private:
  struct File;

  CsvReader(std::string path, std::vector<std::string> columns);
  Status ReadHeader();
  StatusOr<bool> ReadLine();
  Status Fill();

  std::string path_;
  std::vector<std::string> columns_;
  std::unique_ptr<File> file_;
  std::string buffer_;     // read from the file and not yet gone
  std::size_t begin_ = 0;  // of what is left in it
  bool at_end_ = false;
  std::string line_;
  std::uint64_t line_number_ = 0;
  std::vector<std::string_view> fields_;  // of `line_`
};

}  // namespace geo::examples

#endif  // GEO_EXAMPLES_SHARED_CSV_H_
