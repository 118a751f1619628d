// What read_elf makes of a library's bytes: whole, half there, for another machine, or broken.
#include <gtest/gtest.h>

#include <limits>

#include "connector/elf_image.h"
#include "elf_fixture.h"

namespace patchbay::connector {
namespace {

void expect_refused(const TinyElf& elf, std::string_view words) {
  const auto image = read_elf(elf.bytes());
  ASSERT_FALSE(image) << words;
  EXPECT_EQ(image.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(image.error().message.find(words), std::string::npos) << image.error().message;
}
void expect_incomplete(std::string_view bytes) {
  const auto image = read_elf(bytes);
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::kUnavailable) << image.error().message;
}

struct ElfImageTest : testing::Test {
  TinyElf elf;
};

TEST_F(ElfImageTest, AWholeLibraryTellsWhatItNeeds) {
  elf.dynamic.insert(elf.dynamic.begin(), {DT_NEEDED, {TinyElf::kFooName}});
  const auto image = read_elf(elf.bytes());
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->needed, (std::vector<std::string>{"libfoo.so", "libc.so.6"}));
  EXPECT_TRUE(worker_offers("libc.so.6"));
  EXPECT_FALSE(worker_offers("libfoo.so"));
  EXPECT_FALSE(worker_offers(""));
  EXPECT_FALSE(worker_offers("/lib/x86_64-linux-gnu/libc.so.6"));
}

TEST_F(ElfImageTest, ACopyUnderWayIsIncompleteWhereverItEnds) {
  const auto whole = elf.bytes();
  for (std::size_t size = 0; size < whole.size(); ++size)
    expect_incomplete(std::string_view(whole).substr(0, size));
}

TEST_F(ElfImageTest, SectionHeadersBeyondTheEndAreIncomplete) {
  elf.head.e_shoff = elf.bytes().size();
  elf.head.e_shnum = 1;
  expect_incomplete(elf.bytes());
  elf.head.e_shoff = std::numeric_limits<std::uint64_t>::max();
  expect_incomplete(elf.bytes());
}

TEST_F(ElfImageTest, WhatIsNoLibraryOfThisMachineIsRefused) {
  for (const auto* text : {"#!/bin/sh", "MZ\x90",
                           "\x7f"
                           "ELG"}) {
    const auto image = read_elf(text);
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, ErrorCode::kInvalidArgument) << text;
  }
  auto other = elf;
  other.head.e_machine = EM_RISCV;
  expect_refused(other, "another kind of processor");
  other = elf;
  other.head.e_ident[EI_CLASS] = ELFCLASS32;
  expect_refused(other, "not a 64-bit shared library");
  other = elf;
  other.head.e_ident[EI_DATA] = ELFDATA2MSB;
  expect_refused(other, "not a 64-bit shared library");
  other = elf;
  other.head.e_type = ET_REL;
  expect_refused(other, "not a 64-bit shared library");
}

TEST_F(ElfImageTest, AProgramIsRefused) {
  elf.segments.push_back({PT_INTERP, PF_R, 0, 0, 0, 1, 1, 1});
  expect_refused(elf, "a program, not a shared library");
}

TEST_F(ElfImageTest, ExecutableStackAndWritableCodeAreRefused) {
  auto other = elf;
  other.segments[2].p_flags |= PF_X;
  expect_refused(other, "executable stack");
  other = elf;
  other.segments[0].p_flags |= PF_W | PF_X;
  expect_refused(other, "both writable and executable");
  other = elf;
  other.dynamic.insert(other.dynamic.begin(), {DT_TEXTREL, {0}});
  expect_refused(other, "text relocations");
}

TEST_F(ElfImageTest, ProgramHeadersThatMakeNoSenseAreRefused) {
  auto other = elf;
  other.head.e_phentsize = 8;
  expect_refused(other, "program headers make no sense");
  other = elf;
  other.head.e_phnum = 1000;
  expect_refused(other, "program headers make no sense");
  other = elf;
  other.segments.erase(other.segments.begin());
  expect_refused(other, "no segment to load");
  other = elf;
  other.segments.erase(other.segments.begin() + 1);
  expect_refused(other, "no dynamic section");
  other = elf;
  other.head.e_phoff = std::numeric_limits<std::uint64_t>::max() - 8;
  expect_incomplete(other.bytes());
}

TEST_F(ElfImageTest, SegmentsOutsideOfTheFileAreIncompleteAndOverflowsRefused) {
  auto other = elf;
  other.segments[0].p_offset = 1;
  other.segments[0].p_filesz = other.segments[0].p_memsz = elf.bytes().size();
  expect_incomplete(other.bytes());
  other.segments[0].p_filesz = other.segments[0].p_memsz =
      std::numeric_limits<std::uint64_t>::max();
  expect_incomplete(other.bytes());
  other = elf;
  other.segments[0].p_filesz = 64;
  other.segments[0].p_memsz = 8;
  expect_refused(other, "larger in the file than in memory");
  other.segments[0].p_memsz = 64;
  other.segments[0].p_vaddr = std::numeric_limits<std::uint64_t>::max() - 8;
  expect_refused(other, "larger in the file than in memory");
}

TEST_F(ElfImageTest, ADynamicSectionThatMakesNoSenseIsRefused) {
  auto other = elf;
  other.dynamic[1].d_un.d_ptr = 1U << 20U;
  expect_refused(other, "dynamic section makes no sense");
  other = elf;
  other.dynamic.erase(other.dynamic.begin() + 1);
  expect_refused(other, "dynamic section makes no sense");
  other = elf;
  other.dynamic[0].d_un.d_val = 1U << 20U;
  expect_refused(other, "lies outside of it");
  other.dynamic[0].d_un.d_val = std::numeric_limits<std::uint64_t>::max();
  expect_refused(other, "lies outside of it");
  other = elf;
  other.names = std::string(1, '\0') + std::string(400, 'x');
  expect_refused(other, "has no end");
  other = elf;
  for (int i = 0; i < 100; ++i) other.dynamic.insert(other.dynamic.begin(), {DT_NEEDED, {1}});
  expect_refused(other, "dynamic section makes no sense");
}

}  // namespace
}  // namespace patchbay::connector
