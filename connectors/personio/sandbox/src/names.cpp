#include "names.h"

#include <array>
#include <utility>

#include "patchbay/sandbox/text.h"

namespace patchbay::personio_sandbox {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kGermanFemale{
    "Anna"sv,      "Sabine"sv,  "Petra"sv,   "Monika"sv,    "Claudia"sv,   "Julia"sv,
    "Katharina"sv, "Lea"sv,     "Johanna"sv, "Franziska"sv, "Heike"sv,     "Ulrike"sv,
    "Jana"sv,      "Miriam"sv,  "Zoë"sv,     "Käthe"sv,     "Greta"sv,     "Ayşe"sv,
    "Lena"sv,      "Marie"sv,   "Theresa"sv, "Annika"sv,    "Silke"sv,     "Birgit"sv,
    "Melanie"sv,   "Carolin"sv, "Hanna"sv,   "Elif"sv,      "Magdalena"sv, "Frieda"sv,
    "Bärbel"sv,    "Nadine"sv,  "Svenja"sv,  "Vanessa"sv,   "Leonie"sv,    "Mia"sv};
constexpr std::array kGermanMale{
    "Jürgen"sv,  "Thomas"sv, "Michael"sv, "Andreas"sv,    "Stefan"sv,  "Matthias"sv,
    "Jonas"sv,   "Lukas"sv,  "Felix"sv,   "Maximilian"sv, "Paul"sv,    "Björn"sv,
    "Günther"sv, "Jörg"sv,   "Tobias"sv,  "Sebastian"sv,  "Florian"sv, "Mehmet"sv,
    "Philipp"sv, "Jan"sv,    "Niklas"sv,  "Moritz"sv,     "Uwe"sv,     "Dirk"sv,
    "Holger"sv,  "Ralf"sv,   "Sören"sv,   "Emre"sv,       "Anton"sv,   "Emil"sv,
    "Götz"sv,    "Kai"sv,    "Leon"sv,    "Timo"sv,       "Hannes"sv,  "Karl-Heinz"sv};
constexpr std::array kGermanLast{"Müller"sv,
                                 "Schmidt"sv,
                                 "Schneider"sv,
                                 "Fischer"sv,
                                 "Weber"sv,
                                 "Meyer"sv,
                                 "Wagner"sv,
                                 "Becker"sv,
                                 "Schulz"sv,
                                 "Hoffmann"sv,
                                 "Schäfer"sv,
                                 "Koch"sv,
                                 "Bauer"sv,
                                 "Richter"sv,
                                 "Klein"sv,
                                 "Wolf"sv,
                                 "Schröder"sv,
                                 "Neumann"sv,
                                 "Schwarz"sv,
                                 "Zimmermann"sv,
                                 "Braun"sv,
                                 "Krüger"sv,
                                 "Hofmann"sv,
                                 "Hartmann"sv,
                                 "Lange"sv,
                                 "Schmitt"sv,
                                 "Werner"sv,
                                 "Krause"sv,
                                 "Meier"sv,
                                 "Lehmann"sv,
                                 "Köhler"sv,
                                 "Maier"sv,
                                 "König"sv,
                                 "Huber"sv,
                                 "Kaiser"sv,
                                 "Fuchs"sv,
                                 "Peters"sv,
                                 "Lang"sv,
                                 "Scholz"sv,
                                 "Möller"sv,
                                 "Weiß"sv,
                                 "Jung"sv,
                                 "Hahn"sv,
                                 "Vogel"sv,
                                 "Friedrich"sv,
                                 "Keller"sv,
                                 "Günther"sv,
                                 "Yılmaz"sv,
                                 "Böhm"sv,
                                 "von der Heide"sv,
                                 "Groß"sv,
                                 "Bergmann"sv,
                                 "Müller-Lüdenscheidt"sv,
                                 "Öztürk"sv};
constexpr std::array kEnglishFemale{
    "Emma"sv,    "Olivia"sv,  "Grace"sv,   "Charlotte"sv, "Amelia"sv, "Harriet"sv,
    "Rachel"sv,  "Fiona"sv,   "Siobhan"sv, "Priya"sv,     "Hannah"sv, "Chloe"sv,
    "Eleanor"sv, "Alice"sv,   "Zara"sv,    "Imogen"sv,    "Ruth"sv,   "Naomi"sv,
    "Megan"sv,   "Abigail"sv, "Jane"sv,    "Victoria"sv,  "Renée"sv,  "Lucy"sv};
constexpr std::array kEnglishMale{
    "Oliver"sv, "George"sv,   "Harry"sv,     "Jack"sv,     "William"sv, "Ethan"sv,
    "Callum"sv, "Rhys"sv,     "Liam"sv,      "Arjun"sv,    "Edward"sv,  "Samuel"sv,
    "Duncan"sv, "Theodore"sv, "Isaac"sv,     "Owen"sv,     "Patrick"sv, "Hugh"sv,
    "Nathan"sv, "Simon"sv,    "Alexander"sv, "Benjamin"sv, "Tariq"sv,   "James"sv};
constexpr std::array kEnglishLast{
    "Smith"sv,   "Jones"sv,   "Taylor"sv,   "Brown"sv,      "Williams"sv, "Wilson"sv,
    "Johnson"sv, "Davies"sv,  "Patel"sv,    "Robinson"sv,   "Wright"sv,   "Thompson"sv,
    "Evans"sv,   "Walker"sv,  "White"sv,    "Roberts"sv,    "Green"sv,    "Hall"sv,
    "Wood"sv,    "Jackson"sv, "Clarke"sv,   "Khan"sv,       "O'Neill"sv,  "MacDonald"sv,
    "Hughes"sv,  "Begum"sv,   "Ashworth"sv, "Fitzgerald"sv, "Singh"sv,    "Lloyd-Jones"sv,
    "Murphy"sv,  "Bennett"sv};

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kMailLetters{{
    {"ä", "ae"},
    {"ö", "oe"},
    {"ü", "ue"},
    {"Ä", "ae"},
    {"Ö", "oe"},
    {"Ü", "ue"},
    {"ß", "ss"},
    {"é", "e"},
    {"ë", "e"},
    {"ş", "s"},
    {"ı", "i"},
    {"'", ""},
    {" ", "-"},
    {"ç", "c"},
    {"ğ", "g"},
}};

}  // namespace

std::span<const std::string_view> female_names(Culture culture) {
  if (culture == Culture::german) return kGermanFemale;
  return kEnglishFemale;
}

std::span<const std::string_view> male_names(Culture culture) {
  if (culture == Culture::german) return kGermanMale;
  return kEnglishMale;
}

std::span<const std::string_view> last_names(Culture culture) {
  if (culture == Culture::german) return kGermanLast;
  return kEnglishLast;
}

std::string mail_name(std::string_view name) {
  std::string result;
  while (!name.empty()) {
    bool replaced = false;
    for (const auto& [letter, plain] : kMailLetters) {
      if (!name.starts_with(letter)) continue;
      result += plain;
      name.remove_prefix(letter.size());
      replaced = true;
      break;
    }
    if (replaced) continue;
    result += name.front();
    name.remove_prefix(1);
  }
  return sandbox::lower_case(result);
}

}  // namespace patchbay::personio_sandbox
