#include "shared/csv.h"

#include <fmt/format.h>
#include <zlib.h>

#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

namespace geo::examples {
namespace {

constexpr unsigned kChunk = 1 << 18;
constexpr std::size_t kLongestLine = 1'000;

// The text in quotes, with what cannot be shown as \xNN, and cut when it is long.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text.substr(0, 64)) {
    if (c >= ' ' && c <= '~') {
      quoted += c;
    } else {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return quoted + (text.size() > 64 ? "…\"" : "\"");
}

std::string_view MessageOf(const Status& status) {
  return {status.message().data(), status.message().size()};
}

}  // namespace

struct CsvReader::File {
  gzFile handle = nullptr;
  ~File() {
    if (handle != nullptr) gzclose_r(handle);
  }
};

StatusOr<std::string> FindCsv(const std::string& folder, const std::string& name) {
  const std::string plain = folder + "/" + name + ".csv";
  const std::string compressed = plain + ".gz";
  std::error_code ignored;
  const bool has_plain = std::filesystem::exists(plain, ignored);
  const bool has_compressed = std::filesystem::exists(compressed, ignored);
  if (has_plain && has_compressed) {
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("both {} and {} are there; keep one", plain, compressed));
  }
  if (has_compressed) return compressed;
  return has_plain ? plain : std::string();
}

CsvReader::CsvReader(std::string path, std::vector<std::string> columns)
    : path_(std::move(path)), columns_(std::move(columns)), file_(std::make_unique<File>()) {}

CsvReader::~CsvReader() = default;

StatusOr<std::unique_ptr<CsvReader>> CsvReader::Open(std::string path,
                                                     std::vector<std::string> columns) {
  auto reader = std::unique_ptr<CsvReader>(new CsvReader(std::move(path), std::move(columns)));
  reader->file_->handle = gzopen(reader->path_.c_str(), "rb");
  if (reader->file_->handle == nullptr) {
    return MakeError(ErrorCode::kStoreIo, fmt::format("{}: cannot be opened", reader->path_));
  }
  gzbuffer(reader->file_->handle, kChunk);
  if (Status status = reader->ReadHeader(); !status.ok()) return status;
  return reader;
}

Status CsvReader::ReadHeader() {
  const std::string expected = fmt::format("{}", fmt::join(columns_, ","));
  auto found = ReadLine();
  if (!found.ok()) return found.status();
  if (!*found) {
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("{}: is empty; its first line should be \"{}\"", path_, expected));
  }
  if (path_.ends_with(".gz") && gzdirect(file_->handle) != 0) {
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("{}: is not compressed; name it .csv", path_));
  }
  if (line_ == expected) return OkStatus();
  return Error(fmt::format("columns are {}, should be \"{}\"", Quoted(line_), expected));
}

StatusOr<bool> CsvReader::Next() {
  auto found = ReadLine();
  if (!found.ok() || !*found) return found;
  fields_.clear();
  std::string_view rest = line_;
  for (std::size_t comma = rest.find(','); comma != rest.npos; comma = rest.find(',')) {
    fields_.push_back(rest.substr(0, comma));
    rest.remove_prefix(comma + 1);
  }
  fields_.push_back(rest);
  if (fields_.size() != columns_.size()) {
    return Error(fmt::format("{} has {} fields, should have {}: {}", Quoted(line_), fields_.size(),
                             columns_.size(), fmt::join(columns_, ",")));
  }
  return true;
}

StatusOr<bool> CsvReader::ReadLine() {
  std::size_t end = buffer_.find('\n', begin_);
  while (end == buffer_.npos && !at_end_ && buffer_.size() - begin_ <= kLongestLine) {
    if (Status status = Fill(); !status.ok()) return status;
    end = buffer_.find('\n', begin_);
  }
  if (end == buffer_.npos) end = buffer_.size();  // the last line may lack its line feed
  if (at_end_ && begin_ == buffer_.size()) return false;
  ++line_number_;
  if (end - begin_ > kLongestLine) {
    return Error(fmt::format("is longer than {} bytes", kLongestLine));
  }
  line_.assign(buffer_, begin_, end - begin_);
  begin_ = end == buffer_.size() ? end : end + 1;
  return true;
}

Status CsvReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + kChunk);
  const int got = gzread(file_->handle, buffer_.data() + kept, kChunk);
  buffer_.resize(kept + static_cast<std::size_t>(got > 0 ? got : 0));
  int code = Z_OK;
  const char* message = gzerror(file_->handle, &code);
  if (got < 0 || code == Z_BUF_ERROR) {
    return MakeError(ErrorCode::kStoreIo,
                     code == Z_BUF_ERROR
                         ? fmt::format("{}: ends before its time: the file is truncated", path_)
                         : fmt::format("{}: cannot be read: {}", path_, message));
  }
  at_end_ = got < static_cast<int>(kChunk);
  return OkStatus();
}

Status CsvReader::Error(std::string_view what) const {
  return MakeError(ErrorCode::kInvalidArgument,
                   fmt::format("{}:{}: {}", path_, line_number_, what));
}

StatusOr<std::uint64_t> CsvReader::Number(std::size_t column, std::uint64_t largest) const {
  const std::string_view text = fields_[column];
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool canonical = text.size() == 1 || (!text.empty() && text.front() != '0');
  if (error != std::errc() || end != text.data() + text.size() || !canonical || value > largest) {
    return Error(fmt::format("{} is {}, should be a whole number from 0 to {}", columns_[column],
                             Quoted(text), largest));
  }
  return value;
}

StatusOr<Amount> CsvReader::AmountOf(std::size_t column, int precision) const {
  auto amount = ParseAmount(fields_[column], precision);
  if (amount.ok()) return amount;
  return Error(fmt::format("{}: {}", columns_[column], MessageOf(amount.status())));
}

}  // namespace geo::examples
