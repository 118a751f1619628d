// CSV as people's tools write it, and as nobody should.
#include <gtest/gtest.h>

#include <sstream>

#include "moving/csv_reader.h"

namespace patchbay::moving {
namespace {

using Cells = std::vector<std::string>;
constexpr std::size_t kLongest = 200;

struct Read {
  std::vector<Cells> records;
  std::vector<std::int64_t> lines = {};
  std::vector<std::string> problems = {};
  std::string error;
};

Read read(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in, kLongest);
  Read all;
  for (;;) {
    const auto record = reader.next();
    if (!record) {
      all.error = record.error().message;
      EXPECT_EQ(record.error().code, ErrorCode::kInvalidArgument);
      return all;
    }
    if (!*record) {
      EXPECT_EQ(reader.bytes_read(), static_cast<std::int64_t>(text.size()));
      return all;
    }
    Cells cells;
    cells.reserve((*record)->cells.size());
    for (const auto& cell : (*record)->cells) cells.emplace_back(cell.reveal());
    all.records.push_back(std::move(cells));
    all.lines.push_back((*record)->line);
    all.problems.push_back((*record)->problem);
  }
}

TEST(CsvReader, ReadsCellsWithTheirBlanksWhateverTheLineEnd) {
  const std::vector<Cells> wanted{{"a", "b c", ""}, {" 1 ", "", "3"}};
  EXPECT_EQ(read("a,b c,\n 1 ,,3\n").records, wanted);
  EXPECT_EQ(read("a,b c,\r\n 1 ,,3\r\n").records, wanted);
  EXPECT_EQ(read("a,b c,\n 1 ,,3").records, wanted) << "no break at the end";
  EXPECT_EQ(read("\xef\xbb\xbf\x61,b c,\r\n 1 ,,3").records, wanted) << "a byte order mark";
  EXPECT_TRUE(read("").records.empty());
  EXPECT_TRUE(read("\xef\xbb\xbf").records.empty());
}

TEST(CsvReader, UnderstandsQuotes) {
  EXPECT_EQ(read("\"a\",\"b, \"\"c\"\"\",\"\"\r\n").records,
            (std::vector<Cells>{{"a", "b, \"c\"", ""}}));
  EXPECT_EQ(read("\"a\nb\",\"c\r\n\r\nd\"\ne,f\n").records,
            (std::vector<Cells>{{"a\nb", "c\r\n\r\nd"}, {"e", "f"}}));
  EXPECT_EQ(read("\"\"\n").records, (std::vector<Cells>{{""}}));
}

TEST(CsvReader, TakesTheSeparatorOfTheFirstLine) {
  EXPECT_EQ(read("a;b\n1,5;2\n").records, (std::vector<Cells>{{"a", "b"}, {"1,5", "2"}}));
  EXPECT_EQ(read("a\tb\n1,5\t\t2;\n").records, (std::vector<Cells>{{"a", "b"}, {"1,5", "", "2;"}}));
  EXPECT_EQ(read("a\n1;5\n").records, (std::vector<Cells>{{"a"}, {"1;5"}}));
}

TEST(CsvReader, TellsTheLineThatARecordBeginsIn) {
  EXPECT_EQ(read("a\n\n\r\n\"b\nc\nd\"\ne\n").lines, (std::vector<std::int64_t>{1, 4, 7}));
}

TEST(CsvReader, EndsWhereAQuoteIsOutOfPlaceAndSaysWhere) {
  for (const std::string wrong : {"b,c\"d", "\"b\"c,d", "\"b\" \"c\"", "b, \"c\""}) {
    const auto all = read("a,b\n" + wrong + "\ne,f\n");
    EXPECT_EQ(all.records.size(), 1U) << wrong;
    EXPECT_NE(all.error.find("line 2: a quote is out of place"), std::string::npos) << all.error;
  }
}

TEST(CsvReader, EndsWhereAQuoteDoesNotClose) {
  EXPECT_NE(read("a,b\nc,\"d\ne,f\n").error.find("line 2: "), std::string::npos);
  EXPECT_NE(read("a,b\nc,\"").error.find("does not end"), std::string::npos);
  const auto all = read("a,b\nc,\"d\n" + std::string(1000, 'x') + "\n");
  EXPECT_NE(all.error.find("line 2: the row is longer"), std::string::npos) << all.error;
}

TEST(CsvReader, ARowMayBeAsLongAsTheLimitAndNoLonger) {
  const std::string longest(kLongest - 1, 'x');
  EXPECT_EQ(read("a\n" + longest + "\n").records, (std::vector<Cells>{{"a"}, {longest}}));
  EXPECT_EQ(read("a\n" + longest + "x").records.size(), 2U);
  for (const std::string& text : {longest + "x\n", longest + "xx", longest + std::string(500, 'x')})
    EXPECT_NE(read("a\n" + text).error.find("longer"), std::string::npos) << text.size();
  std::string many = "a\n\"";
  for (int i = 0; i < 300; ++i) many += "x\n";
  EXPECT_NE(read(many + "\"\n").error.find("longer"), std::string::npos);
  EXPECT_TRUE(read("a\n" + std::string(1000, '\n') + "b\n").error.empty()) << "no row at all";
}

TEST(CsvReader, RefusesARecordThatCanBeToldFromItsNeighbours) {
  const auto all = read("a\nb" + std::string(1, '\0') + "c\n" + std::string(100, ',') + "\nd\n");
  ASSERT_EQ(all.records.size(), 4U) << all.error;
  EXPECT_NE(all.problems[1].find("NUL"), std::string::npos);
  EXPECT_NE(all.problems[2].find("100"), std::string::npos);
  EXPECT_TRUE(all.records[1].empty());
  EXPECT_EQ(all.records[3], Cells{"d"});
  EXPECT_TRUE(all.problems[3].empty());
}

TEST(CsvReader, NoErrorRepeatsWhatStandsInTheFile) {
  for (const std::string wrong : {"sesame\"x", "\"sesame", "\"sesame\"x"})
    EXPECT_EQ(read("a\n" + wrong + "\n").error.find("sesame"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::moving
