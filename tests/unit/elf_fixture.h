#pragma once
// A shared library of a few hundred bytes: heads, two segments, a dynamic section, names. Parts can
// be changed before bytes() puts them together.
#include <elf.h>

#include <cstring>
#include <string>
#include <vector>

namespace patchbay::connector {

struct TinyElf {
  Elf64_Ehdr head{};
  std::vector<Elf64_Phdr> segments;
  std::vector<Elf64_Dyn> dynamic;
  std::string names{std::string(1, '\0') + "libc.so.6" + std::string(1, '\0') + "libfoo.so" +
                    std::string(1, '\0')};

  static constexpr std::uint64_t kFooName = 11;  // offset of "libfoo.so" in `names`

  TinyElf() {
    std::memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    head.e_ident[EI_DATA] = ELFDATA2LSB;
    head.e_ident[EI_VERSION] = EV_CURRENT;
    head.e_type = ET_DYN;
#if defined(__aarch64__)
    head.e_machine = EM_AARCH64;
#else
    head.e_machine = EM_X86_64;
#endif
    head.e_version = EV_CURRENT;
    head.e_phoff = sizeof head;
    head.e_ehsize = sizeof head;
    head.e_phentsize = sizeof(Elf64_Phdr);
    head.e_shentsize = sizeof(Elf64_Shdr);
    segments = {{PT_LOAD, PF_R, 0, 0, 0, 0, 0, 4096},
                {PT_DYNAMIC, PF_R, 0, 0, 0, 0, 0, 8},
                {PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16}};
    dynamic = {{DT_NEEDED, {1}}, {DT_STRTAB, {0}}, {DT_NULL, {0}}};
  }

  // Sizes and offsets that were left 0 are filled in.
  [[nodiscard]] std::string bytes() const {
    auto own_head = head;
    auto own_segments = segments;
    auto own_dynamic = dynamic;
    const auto dynamic_at = sizeof head + segments.size() * sizeof(Elf64_Phdr);
    const auto names_at = dynamic_at + dynamic.size() * sizeof(Elf64_Dyn);
    const auto end = names_at + names.size();
    if (own_head.e_phnum == 0) own_head.e_phnum = static_cast<Elf64_Half>(segments.size());
    for (auto& segment : own_segments) {
      if (segment.p_type == PT_LOAD && segment.p_filesz == 0 && segment.p_offset == 0)
        segment.p_filesz = segment.p_memsz = end;
      if (segment.p_type == PT_DYNAMIC && segment.p_filesz == 0) {
        segment.p_offset = segment.p_vaddr = dynamic_at;
        segment.p_filesz = segment.p_memsz = dynamic.size() * sizeof(Elf64_Dyn);
      }
    }
    for (auto& entry : own_dynamic)
      if (entry.d_tag == DT_STRTAB && entry.d_un.d_ptr == 0) entry.d_un.d_ptr = names_at;
    std::string out;
    append(out, own_head);
    for (const auto& segment : own_segments) append(out, segment);
    for (const auto& entry : own_dynamic) append(out, entry);
    return out + names;
  }

 private:
  template <class T>
  static void append(std::string& out, const T& value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
};

}  // namespace patchbay::connector
