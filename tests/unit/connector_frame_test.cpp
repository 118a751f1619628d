// Frames between hub and worker: what goes in comes out, and whatever does not fit is refused.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

#include "connector/worker/flow_codec.h"
#include "connector/worker/frame.h"

namespace patchbay::connector {
namespace {

constexpr std::uint32_t kMagic = 0x32304250;

struct FrameTest : testing::Test {
  FrameTest() {
    std::array<int, 2> pair{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
    ours = Fd(pair[0]);
    theirs = Fd(pair[1]);
    ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(theirs.get(), F_SETFL, O_NONBLOCK);
  }

  static std::string head(std::uint32_t magic, std::uint16_t type, std::uint16_t in_memfd,
                          std::uint64_t size = 0) {
    std::string bytes(24, '\0');
    std::memcpy(bytes.data(), &magic, sizeof magic);
    std::memcpy(bytes.data() + 4, &type, sizeof type);
    std::memcpy(bytes.data() + 6, &in_memfd, sizeof in_memfd);
    std::memcpy(bytes.data() + 16, &size, sizeof size);
    return bytes;
  }
  static Frame step(std::uint64_t flow, std::size_t size, char fill = 'p') {
    return {FrameType::kStep, flow, SecretString(std::string(size, fill)), {}};
  }
  // Everything that waits on the socket; the last status.
  FrameStatus receive_all(std::vector<Frame>& frames) {
    FrameReader reader(ours.get());
    while (true) {
      Frame frame;
      const auto status = reader.next(frame);
      if (status != FrameStatus::kOk) return status;
      frames.push_back(std::move(frame));
    }
  }
  FrameStatus receive_raw(std::string_view packet, int descriptor = -1, int copies = 1) {
    iovec part{const_cast<char*>(packet.data()), packet.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(4 * sizeof(int))> control{};
    if (descriptor >= 0) {
      const auto bytes = static_cast<std::size_t>(copies) * sizeof(int);
      message.msg_control = control.data();
      message.msg_controllen = CMSG_SPACE(bytes);
      cmsghdr* item = CMSG_FIRSTHDR(&message);
      item->cmsg_level = SOL_SOCKET;
      item->cmsg_type = SCM_RIGHTS;
      item->cmsg_len = CMSG_LEN(bytes);
      for (int i = 0; i < copies; ++i)
        std::memcpy(CMSG_DATA(item) + static_cast<std::size_t>(i) * sizeof(int), &descriptor,
                    sizeof descriptor);
    }
    EXPECT_GE(::sendmsg(theirs.get(), &message, MSG_NOSIGNAL), 0) << std::strerror(errno);
    Frame frame;
    return FrameReader(ours.get()).next(frame);
  }
  void expect_round_trip(std::size_t size) {
    const std::string payload(size, 'p');
    ASSERT_EQ(send_frame(theirs.get(), {FrameType::kStep, 7, SecretString(payload), {}}),
              FrameStatus::kOk);
    Frame frame;
    ASSERT_EQ(FrameReader(ours.get()).next(frame), FrameStatus::kOk);
    EXPECT_EQ(frame.type, FrameType::kStep);
    EXPECT_EQ(frame.flow_id, 7U);
    EXPECT_TRUE(frame.payload.equals(payload)) << size;
    EXPECT_FALSE(frame.descriptor.valid());
  }

  Fd ours, theirs;
};

TEST_F(FrameTest, SmallAndEmptyPayloadsTravelInThePacket) {
  for (const std::size_t size : {0U, 1U, 1000U, 65536U - 24U}) expect_round_trip(size);
}

TEST_F(FrameTest, LargerPayloadsTravelInASealedMemfd) {
  for (const std::size_t size : {std::size_t{65536 - 23}, std::size_t{65536}, kMaxMessageBytes})
    expect_round_trip(size);
}

TEST_F(FrameTest, APayloadOverTheLimitIsNotSent) {
  const std::string payload(kMaxMessageBytes + 1, 'p');
  EXPECT_EQ(send_frame(theirs.get(), {FrameType::kStep, 7, SecretString(payload), {}}),
            FrameStatus::kBroken);
  Frame frame;
  EXPECT_EQ(FrameReader(ours.get()).next(frame), FrameStatus::kWouldBlock);
}

TEST_F(FrameTest, ADescriptorTravelsAlong) {
  Frame load{FrameType::kLoad, 0, {}, make_sealed_memfd("test", "library")};
  ASSERT_EQ(send_frame(theirs.get(), load), FrameStatus::kOk);
  Frame frame;
  ASSERT_EQ(FrameReader(ours.get()).next(frame), FrameStatus::kOk);
  ASSERT_TRUE(frame.descriptor.valid());
  EXPECT_NE(::fcntl(frame.descriptor.get(), F_GETFD) & FD_CLOEXEC, 0);
  std::array<char, 16> bytes{};
  EXPECT_EQ(::pread(frame.descriptor.get(), bytes.data(), bytes.size(), 0), 7);
  EXPECT_STREQ(bytes.data(), "library");
}

TEST_F(FrameTest, WhatIsInASealedMemfdCannotBeChanged) {
  const auto memfd = make_sealed_memfd("test", "library");
  ASSERT_TRUE(memfd.valid());
  EXPECT_EQ(::pwrite(memfd.get(), "x", 1, 0), -1);
  EXPECT_EQ(::ftruncate(memfd.get(), 0), -1);
  EXPECT_EQ(::ftruncate(memfd.get(), 100), -1);
  EXPECT_EQ(::mmap(nullptr, 7, PROT_WRITE, MAP_SHARED, memfd.get(), 0), MAP_FAILED);
}

TEST_F(FrameTest, AnEmptySocketWouldBlockAndAClosedOneIsClosed) {
  Frame frame;
  EXPECT_EQ(FrameReader(ours.get()).next(frame), FrameStatus::kWouldBlock);
  theirs.reset();
  EXPECT_EQ(FrameReader(ours.get()).next(frame), FrameStatus::kClosed);
  EXPECT_EQ(send_frame(ours.get(), {FrameType::kStep, 1, {}, {}}), FrameStatus::kClosed);
}

TEST_F(FrameTest, AFullSocketWouldBlockInsteadOfWaiting) {
  const SecretString payload(std::string(60'000, 'p'));
  auto status = FrameStatus::kOk;
  for (int i = 0; i < 1000 && status == FrameStatus::kOk; ++i)
    status = send_frame(theirs.get(), {FrameType::kLog, 0, payload.copy(), {}});
  EXPECT_EQ(status, FrameStatus::kWouldBlock);
}

TEST_F(FrameTest, WrongHeadsAreBroken) {
  EXPECT_EQ(receive_raw(head(kMagic, 5, 0)), FrameStatus::kOk);
  EXPECT_EQ(receive_raw("x"), FrameStatus::kBroken);
  EXPECT_EQ(receive_raw(head(kMagic, 5, 0).substr(0, 23)), FrameStatus::kBroken);
  EXPECT_EQ(receive_raw(head(kMagic + 1, 5, 0)), FrameStatus::kBroken) << "wrong magic";
  EXPECT_EQ(receive_raw(head(kMagic, 0, 0)), FrameStatus::kBroken) << "type 0";
  EXPECT_EQ(receive_raw(head(kMagic, 10, 0)), FrameStatus::kBroken) << "type 10";
  EXPECT_EQ(receive_raw(head(kMagic, 5, 2)), FrameStatus::kBroken) << "unknown place";
  EXPECT_EQ(receive_raw(head(kMagic, 5, 0, 70'000) + std::string(70'000, 'x')),
            FrameStatus::kBroken)
      << "longer than a packet may be";
  EXPECT_EQ(receive_raw(head(kMagic, 5, 0, 3) + "xx"), FrameStatus::kBroken) << "one byte short";
  EXPECT_EQ(receive_raw(head(kMagic, 5, 0, ~std::uint64_t{0}) + "xx"), FrameStatus::kBroken)
      << "a size that wraps around";
}

TEST_F(FrameTest, SmallFramesShareAPacketAndKeepTheirOrder) {
  std::deque<Frame> queue;
  for (std::uint64_t i = 0; i < 40; ++i) queue.push_back(step(i, i));
  ASSERT_EQ(send_frames(theirs.get(), queue), FrameStatus::kOk);
  EXPECT_EQ(queue.size(), 8U) << "32 go in one packet";
  ASSERT_EQ(send_frames(theirs.get(), queue), FrameStatus::kOk);
  EXPECT_TRUE(queue.empty());
  std::vector<Frame> frames;
  EXPECT_EQ(receive_all(frames), FrameStatus::kWouldBlock);
  ASSERT_EQ(frames.size(), 40U);
  for (std::uint64_t i = 0; i < 40; ++i) {
    EXPECT_EQ(frames[i].flow_id, i);
    EXPECT_EQ(frames[i].payload.size(), i);
  }
}

TEST_F(FrameTest, AQueueOfAnySizesArrivesWholeAndInOrder) {
  std::deque<Frame> queue;
  for (const std::size_t size : {10U, 40'000U, 30'000U, 65536U - 24U, 65536U, 5U, 1'000'000U, 0U})
    queue.push_back(step(queue.size(), size));
  queue.push_back({FrameType::kLoad, queue.size(), {}, make_sealed_memfd("test", "library")});
  queue.push_back(step(queue.size(), 1));
  const auto count = queue.size();
  while (!queue.empty()) ASSERT_EQ(send_frames(theirs.get(), queue), FrameStatus::kOk);
  std::vector<Frame> frames;
  EXPECT_EQ(receive_all(frames), FrameStatus::kWouldBlock);
  ASSERT_EQ(frames.size(), count);
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(frames[i].flow_id, i);
  EXPECT_TRUE(frames[count - 2].descriptor.valid());
  EXPECT_FALSE(frames[count - 1].descriptor.valid());
}

TEST_F(FrameTest, AFullSocketLeavesInTheQueueWhatItDidNotTake) {
  std::deque<Frame> queue;
  std::uint64_t made = 0;
  auto status = FrameStatus::kOk;
  while (status == FrameStatus::kOk && made < 1000) {
    queue.push_back(step(made++, 60'000));
    status = send_frames(theirs.get(), queue);
  }
  ASSERT_EQ(status, FrameStatus::kWouldBlock);
  ASSERT_EQ(queue.size(), 1U);
  std::vector<Frame> frames;
  EXPECT_EQ(receive_all(frames), FrameStatus::kWouldBlock);
  EXPECT_EQ(send_frames(theirs.get(), queue), FrameStatus::kOk);
  EXPECT_EQ(receive_all(frames), FrameStatus::kWouldBlock);
  ASSERT_EQ(frames.size(), made);
  for (std::uint64_t i = 0; i < made; ++i) EXPECT_EQ(frames[i].flow_id, i);
}

TEST_F(FrameTest, APacketIsBrokenFromItsFirstWrongFrameOn) {
  const auto good = head(kMagic, 5, 0, 2) + "ab";
  for (const auto& rest : {std::string("x"), head(kMagic + 1, 5, 0), head(kMagic, 5, 0, 1),
                           head(kMagic, 5, 1), good.substr(0, 25)}) {
    const auto packet = good + rest;
    ASSERT_GE(::send(theirs.get(), packet.data(), packet.size(), MSG_NOSIGNAL), 0);
    FrameReader reader(ours.get());
    Frame frame;
    ASSERT_EQ(reader.next(frame), FrameStatus::kOk);
    EXPECT_TRUE(frame.payload.equals("ab"));
    EXPECT_TRUE(reader.has_more());
    EXPECT_EQ(reader.next(frame), FrameStatus::kBroken);
  }
}

TEST_F(FrameTest, ADescriptorBelongsToOneFrameAlone) {
  const auto memfd = make_sealed_memfd("test", "payload");
  EXPECT_EQ(receive_raw(head(kMagic, 5, 1) + head(kMagic, 5, 0), memfd.get()),
            FrameStatus::kBroken);
  EXPECT_EQ(receive_raw(head(kMagic, 5, 0) + head(kMagic, 5, 1), memfd.get()),
            FrameStatus::kBroken);
  EXPECT_EQ(receive_raw(head(kMagic, 5, 1, 2) + "ab", memfd.get()), FrameStatus::kBroken)
      << "a payload here and there";
}

TEST_F(FrameTest, AMemfdThatIsMissingUnsealedEmptyOrTooLargeIsBroken) {
  const auto packet = head(kMagic, 5, 1);
  EXPECT_EQ(receive_raw(packet), FrameStatus::kBroken) << "missing";
  const auto sealed = make_sealed_memfd("test", "payload");
  EXPECT_EQ(receive_raw(packet, sealed.get()), FrameStatus::kOk);
  const Fd unsealed(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(::write(unsealed.get(), "payload", 7), 7);
  EXPECT_EQ(receive_raw(packet, unsealed.get()), FrameStatus::kBroken) << "unsealed";
  ASSERT_EQ(::fcntl(unsealed.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
  EXPECT_EQ(receive_raw(packet, unsealed.get()), FrameStatus::kBroken) << "can still be written";
  EXPECT_EQ(receive_raw(packet, make_sealed_memfd("test", "").get()), FrameStatus::kBroken)
      << "empty";
  EXPECT_EQ(
      receive_raw(packet, make_sealed_memfd("test", std::string(kMaxMessageBytes + 1, 'x')).get()),
      FrameStatus::kBroken)
      << "too large";
  EXPECT_EQ(receive_raw(packet, ours.get()), FrameStatus::kBroken) << "a socket";
}

TEST_F(FrameTest, DescriptorsThatNobodyAskedForAreClosed) {
  const auto count_open = [] {
    int open = 0;
    for (int fd = 0; fd < 256; ++fd) open += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return open;
  };
  const auto memfd = make_sealed_memfd("test", "payload");
  const int before = count_open();
  for (int i = 0; i < 10; ++i) (void)receive_raw(head(kMagic, 5, 0), memfd.get());
  for (int i = 0; i < 10; ++i) (void)receive_raw(head(kMagic + 1, 5, 0), memfd.get());
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(receive_raw(head(kMagic, 5, 0), memfd.get(), 4), FrameStatus::kBroken);
  EXPECT_EQ(count_open(), before);
}

}  // namespace
}  // namespace patchbay::connector
