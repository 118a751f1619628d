#include "conformance/library_symbols.h"

#include <elf.h>

#include "connector/bytes_at.h"

namespace patchbay::conformance {
namespace {

using connector::at;

std::string name_at(std::string_view bytes, std::uint64_t offset) {
  if (offset >= bytes.size()) return {};
  const auto text = bytes.substr(offset, 1024);
  return std::string(text.substr(0, text.find('\0')));
}

bool is_offered(const Elf64_Sym& symbol) {
  const auto binding = ELF64_ST_BIND(symbol.st_info);
  const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  return symbol.st_shndx != SHN_UNDEF && (binding == STB_GLOBAL || binding == STB_WEAK) &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

}  // namespace

std::vector<std::string> exported_symbols(std::string_view bytes) {
  std::vector<std::string> names;
  const auto head = at<Elf64_Ehdr>(bytes, 0);
  if (!head) return names;
  for (std::size_t i = 0; i < head->e_shnum; ++i) {
    const auto section = at<Elf64_Shdr>(bytes, head->e_shoff + i * sizeof(Elf64_Shdr));
    if (!section || section->sh_type != SHT_DYNSYM) continue;
    const auto strings =
        at<Elf64_Shdr>(bytes, head->e_shoff + section->sh_link * sizeof(Elf64_Shdr));
    if (!strings) continue;
    for (std::uint64_t k = 1; k < section->sh_size / sizeof(Elf64_Sym); ++k) {
      const auto symbol = at<Elf64_Sym>(bytes, section->sh_offset + k * sizeof(Elf64_Sym));
      if (symbol && is_offered(*symbol))
        names.push_back(name_at(bytes, strings->sh_offset + symbol->st_name));
    }
  }
  return names;
}

}  // namespace patchbay::conformance
