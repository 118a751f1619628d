#include "connector/elf_image.h"

#include <elf.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>

#include "connector/bytes_at.h"

namespace patchbay::connector {
namespace {

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "this machine's ELF number is not known here"
#endif

constexpr std::string_view kOffered[] = {"libc.so.6",
                                         "libm.so.6",
                                         "libstdc++.so.6",
                                         "libgcc_s.so.1",
                                         "ld-linux-x86-64.so.2",
                                         "ld-linux-aarch64.so.1"};
constexpr std::size_t kMaxNeeded = 64;
constexpr std::size_t kMaxSegments = 128;

Error broken(std::string why) {
  return make_error(ErrorCode::kInvalidArgument, std::move(why));
}
Error incomplete() {
  return make_error(ErrorCode::kUnavailable, "is not complete yet; waiting for the rest");
}

bool within(std::string_view bytes, std::uint64_t offset, std::uint64_t size) {
  return offset <= bytes.size() && bytes.size() - offset >= size;
}

// File offset of an address in memory.
std::optional<std::uint64_t> offset_of(const std::vector<Elf64_Phdr>& segments,
                                       std::uint64_t address) {
  for (const auto& segment : segments)
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        address - segment.p_vaddr < segment.p_filesz)
      return segment.p_offset + (address - segment.p_vaddr);
  return std::nullopt;
}

Result<std::vector<Elf64_Phdr>> read_segments(std::string_view bytes, const Elf64_Ehdr& head) {
  if (head.e_phentsize != sizeof(Elf64_Phdr) || head.e_phnum == 0 || head.e_phnum > kMaxSegments)
    return broken("is damaged: its program headers make no sense");
  std::vector<Elf64_Phdr> segments;
  bool loads = false;
  bool plain_stack = false;
  for (std::size_t i = 0; i < head.e_phnum; ++i) {
    const auto segment = at<Elf64_Phdr>(bytes, head.e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment) return incomplete();
    if (segment->p_type == PT_LOAD) {
      loads = true;
      if (!within(bytes, segment->p_offset, segment->p_filesz)) return incomplete();
      if (segment->p_filesz > segment->p_memsz ||
          segment->p_vaddr > std::numeric_limits<std::uint64_t>::max() - segment->p_memsz)
        return broken("is damaged: a segment is larger in the file than in memory");
      if ((segment->p_flags & PF_W) != 0 && (segment->p_flags & PF_X) != 0)
        return broken("has memory that is both writable and executable; link it without that");
    }
    if (segment->p_type == PT_INTERP) return broken("is a program, not a shared library");
    if (segment->p_type == PT_GNU_STACK) plain_stack = (segment->p_flags & PF_X) == 0;
    segments.push_back(*segment);
  }
  if (!loads) return broken("is damaged: it has no segment to load");
  // Without that header the loader would make the stack executable.
  if (!plain_stack) return broken("asks for an executable stack; link it with -Wl,-z,noexecstack");
  return segments;
}

Result<std::vector<std::string>> read_needed(std::string_view bytes,
                                             const std::vector<Elf64_Phdr>& segments) {
  const auto dynamic = std::ranges::find(segments, PT_DYNAMIC, &Elf64_Phdr::p_type);
  // The loader reads the last one, at its address in memory: it has to be the one read here.
  if (dynamic == segments.end() || !within(bytes, dynamic->p_offset, dynamic->p_filesz) ||
      std::ranges::count(segments, PT_DYNAMIC, &Elf64_Phdr::p_type) != 1 ||
      offset_of(segments, dynamic->p_vaddr) != dynamic->p_offset)
    return broken("is damaged: it has no dynamic section, or not just one");
  std::vector<std::uint64_t> names;
  std::optional<std::uint64_t> strings;
  for (std::uint64_t i = 0; i < dynamic->p_filesz / sizeof(Elf64_Dyn); ++i) {
    const auto entry = at<Elf64_Dyn>(bytes, dynamic->p_offset + i * sizeof(Elf64_Dyn));
    if (!entry || entry->d_tag == DT_NULL) break;
    if (entry->d_tag == DT_NEEDED) names.push_back(entry->d_un.d_val);
    if (entry->d_tag == DT_STRTAB) strings = offset_of(segments, entry->d_un.d_ptr);
    if (entry->d_tag == DT_TEXTREL ||
        (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0))
      return broken("has text relocations; build it with -fPIC");
  }
  if (!strings || names.size() > kMaxNeeded)
    return broken("is damaged: its dynamic section makes no sense");
  std::vector<std::string> needed;
  for (const auto name : names) {
    if (name > bytes.size() || *strings > bytes.size() - name)
      return broken("is damaged: the name of a library that it needs lies outside of it");
    const auto text = bytes.substr(*strings + name, 256);
    const auto end = text.find('\0');
    if (end == std::string_view::npos)
      return broken("is damaged: the name of a library that it needs has no end");
    needed.emplace_back(text.substr(0, end));
  }
  return needed;
}

}  // namespace

bool worker_offers(std::string_view library) {
  return std::ranges::find(kOffered, library) != std::end(kOffered);
}

Result<ElfImage> read_elf(std::string_view bytes) {
  if (bytes.empty()) return incomplete();
  if (bytes.substr(0, SELFMAG) != std::string_view(ELFMAG, SELFMAG).substr(0, bytes.size()))
    return broken("is not a shared library (not an ELF file)");
  const auto head = at<Elf64_Ehdr>(bytes, 0);
  if (!head) return incomplete();
  if (head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_ident[EI_DATA] != ELFDATA2LSB ||
      head->e_type != ET_DYN)
    return broken("is not a 64-bit shared library");
  if (head->e_machine != kMachine)
    return broken("is made for another kind of processor (ELF machine " +
                  std::to_string(head->e_machine) + ")");
  // Section headers stand last in what linkers write, so their end is the least a whole file has.
  if (!within(bytes, head->e_shoff, std::uint64_t{head->e_shentsize} * head->e_shnum))
    return incomplete();
  PATCHBAY_TRY_ASSIGN(const auto segments, read_segments(bytes, *head));
  ElfImage image;
  PATCHBAY_TRY_ASSIGN(image.needed, read_needed(bytes, segments));
  return image;
}

}  // namespace patchbay::connector
