#include "conformance/sample_pattern.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace patchbay::conformance {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kPrintable =
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.~!#$%&'()*+,/"
    ":;<=>?@[\\]^`{|}\" ";
constexpr std::size_t kLongest = std::size_t{64} << 10U;
constexpr unsigned kDeepest = 100;  // groups in groups

std::string joined(std::string_view a, std::string_view b, std::string_view c = {}) {
  std::string all(a);
  all += b;
  all += c;
  return all;
}

// What of kPrintable is not among them.
std::string others(std::string_view chars) {
  std::string rest;
  for (const char c : kPrintable)
    if (chars.find(c) == std::string_view::npos) rest += c;
  return rest;
}

std::optional<std::string> class_of(char letter) {
  switch (letter) {
    case 'd':
      return std::string(kDigits);
    case 'D':
      return others(kDigits);
    case 'w':
      return joined(kLower, kDigits, joined(kUpper, "_"));
    case 'W':
      return others(joined(kLower, kDigits, joined(kUpper, "_")));
    case 's':
      return " ";
    case 'S':
      return others(" ");
    default:
      return std::nullopt;
  }
}

std::optional<std::string> named_class(std::string_view name) {
  if (name == "alpha" || name == "L") return joined(kLower, kUpper);
  if (name == "alnum") return joined(kLower, kDigits, kUpper);
  if (name == "digit" || name == "N" || name == "Nd") return std::string(kDigits);
  if (name == "lower" || name == "Ll") return std::string(kLower);
  if (name == "upper" || name == "Lu") return std::string(kUpper);
  if (name == "word") return class_of('w');
  if (name == "xdigit") return joined(kDigits, "abcdef");
  return std::nullopt;
}

std::optional<unsigned> number(std::string_view digits, int base) {
  unsigned value = 0;
  const auto* stop = digits.data() + digits.size();
  const auto read = std::from_chars(stop - digits.size(), stop, value, base);
  if (digits.empty() || read.ec != std::errc{} || read.ptr != stop) return std::nullopt;
  return value;
}

// Reads the pattern and writes the sample in one go; what is repeated is read again.
class Sampler {
 public:
  Sampler(std::string_view pattern, PatternChoice choice) : pattern_(pattern), choice_(choice) {}

  std::optional<std::string> all() {
    std::string text = branches();
    if (failed_ || at_ != pattern_.size()) return std::nullopt;
    return text;
  }

 private:
  [[nodiscard]] bool more() const { return !failed_ && at_ < pattern_.size(); }
  [[nodiscard]] char here() const { return pattern_[at_]; }
  bool take(std::string_view text) {
    if (!pattern_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  std::string fail() {
    failed_ = true;
    return {};
  }

  std::string branches() {
    if (++depth_ > kDeepest) return fail();
    std::string chosen = sequence();
    for (unsigned branch = 1; more() && take("|"); ++branch) {
      std::string other = sequence();
      if (branch <= choice_.branch) chosen = std::move(other);
    }
    --depth_;
    return chosen;
  }

  std::string sequence() {
    std::string text;
    while (more() && here() != '|' && here() != ')') {
      text += repeated();
      if (text.size() > kLongest) return fail();
    }
    return text;
  }

  std::string repeated() {
    const std::size_t from = at_;
    std::string text = piece();
    const auto times = quantifier();
    if (!times) return text;
    if (*times == 0) return {};
    const std::size_t behind = at_;
    for (unsigned i = 1; i < *times && !failed_; ++i) {
      at_ = from;
      text += piece();
      if (text.size() > kLongest) return fail();
    }
    at_ = behind;
    return text;
  }

  // How often; nothing: no quantifier stands here.
  std::optional<unsigned> quantifier() {
    if (!more()) return std::nullopt;
    unsigned least = 0;
    unsigned most = ~0U;
    if (take("+")) {
      least = 1;
    } else if (take("?")) {
      most = 1;
    } else if (!take("*") && !counted(least, most)) {
      return std::nullopt;
    }
    (void)take("?");
    return std::max(least, std::min(most, choice_.repeats));
  }

  // {4}, {4,} or {4,8}; anything else between braces stands for itself.
  bool counted(unsigned& least, unsigned& most) {
    if (here() != '{') return false;
    const auto end = pattern_.find('}', at_);
    if (end == std::string_view::npos) return false;
    const auto inside = pattern_.substr(at_ + 1, end - at_ - 1);
    const auto comma = inside.find(',');
    const auto low = number(inside.substr(0, comma), 10);
    if (!low) return false;
    least = *low;
    if (comma == std::string_view::npos) {
      most = least;
    } else if (comma + 1 < inside.size()) {
      const auto high = number(inside.substr(comma + 1), 10);
      if (!high) return false;
      most = *high;
    }
    at_ = end + 1;
    return true;
  }

  std::string piece() {
    if (take("(")) return group();
    if (take("[")) return one_of(set());
    if (take("\\")) return escape();
    if (take(".")) return one_of(std::string(kPrintable));
    if (take("^") || take("$")) return {};
    return character();
  }

  // With all of its bytes.
  std::string character() {
    const std::size_t from = at_++;
    while (more() && (static_cast<unsigned char>(here()) & 0xc0U) == 0x80U) ++at_;
    return std::string(pattern_.substr(from, at_ - from));
  }

  std::string group() {
    if (take("?")) {
      if (!take("P<") && !take("<")) {  // flags
        while (more() && here() != ':' && here() != ')') ++at_;
        if (take(")")) return {};
        (void)take(":");
      } else {
        const auto end = pattern_.find('>', at_);
        if (end == std::string_view::npos) return fail();
        at_ = end + 1;
      }
    }
    std::string text = branches();
    return take(")") ? text : fail();
  }

  std::string escape() {
    if (!more()) return fail();
    if (here() == 'Q') return quoted();
    if (std::string_view("AzbB").find(here()) != std::string_view::npos) {
      ++at_;
      return {};
    }
    const auto chars = escaped_chars();
    return chars ? one_of(*chars) : fail();
  }

  std::string quoted() {
    ++at_;
    const auto end = std::min(pattern_.find("\\E", at_), pattern_.size());
    std::string text(pattern_.substr(at_, end - at_));
    at_ = std::min(end + 2, pattern_.size());
    return text;
  }

  // What an escape stands for, in a set or out of one; the backslash was taken.
  std::optional<std::string> escaped_chars() {
    const char letter = here();
    ++at_;
    if (letter == 'p') return property();
    if (letter == 'x') return hexadecimal();
    if (const auto known = class_of(letter)) return known;
    if (letter == 't') return "\t";
    if (letter == 'n') return "\n";
    if (letter == 'r') return "\r";
    const bool other = joined(kLower, kDigits, kUpper).find(letter) != std::string::npos;
    if (other) return std::nullopt;
    return std::string(1, letter);
  }

  std::optional<std::string> property() {
    if (!more()) return std::nullopt;
    if (!take("{")) return named_class(pattern_.substr(at_++, 1));
    const auto end = pattern_.find('}', at_);
    if (end == std::string_view::npos) return std::nullopt;
    const auto name = pattern_.substr(at_, end - at_);
    at_ = end + 1;
    return named_class(name);
  }

  std::optional<std::string> hexadecimal() {
    const bool braces = take("{");
    const auto digits = pattern_.substr(at_, braces ? pattern_.find('}', at_) - at_ : 2);
    const auto code = number(digits, 16);
    if (!code || *code > 0x7e) return std::nullopt;
    at_ += digits.size() + (braces ? 1 : 0);
    return std::string(1, static_cast<char>(*code));
  }

  // The characters of a set whose "[" was taken.
  std::string set() {
    const bool negated = take("^");
    std::string chars;
    for (bool first = true; more() && (first || here() != ']'); first = false) {
      const auto low = member();
      if (!low) return fail();
      const bool range = low->size() == 1 && at_ + 1 < pattern_.size() && here() == '-' &&
                         pattern_[at_ + 1] != ']';
      if (!range) {
        chars += *low;
        continue;
      }
      ++at_;
      const auto high = member();
      if (!high || high->size() != 1) return fail();
      for (char c = low->front(); c <= high->front() && c < '\x7f'; ++c) chars += c;
    }
    if (!take("]")) return fail();
    return negated ? others(chars) : chars;
  }

  std::optional<std::string> member() {
    if (take("[:")) {
      const auto end = pattern_.find(":]", at_);
      if (end == std::string_view::npos) return std::nullopt;
      const auto name = pattern_.substr(at_, end - at_);
      at_ = end + 2;
      return named_class(name);
    }
    if (take("\\")) return more() ? escaped_chars() : std::nullopt;
    return std::string(1, pattern_[at_++]);
  }

  std::string one_of(const std::string& chars) {
    if (chars.empty()) return fail();
    return std::string(1, chars[(choice_.person + drawn_++) % chars.size()]);
  }

  std::string_view pattern_;
  PatternChoice choice_;
  std::size_t at_ = 0;
  std::size_t drawn_ = 0;
  unsigned depth_ = 0;
  bool failed_ = false;
};

}  // namespace

std::optional<std::string> sample_of(std::string_view pattern, PatternChoice choice) {
  return Sampler(pattern, choice).all();
}

}  // namespace patchbay::conformance
