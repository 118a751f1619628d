// Does, in its first step, what the field "how" names: never the right thing, except for "well".
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "../bad_connectors/base.h"
#include "fields.h"
#include "forged_frame.h"
#include "send_packet.h"

namespace {

const patchbay_host* hub = nullptr;
patchbay_action* answer = nullptr;  // of the step under way

void forge(std::uint16_t type, std::uint64_t flow, std::string_view payload) {
  const std::string packet = hostile::forged_frame(type, flow, payload);
  (void)!::write(3, packet.data(), packet.size());
}

[[gnu::noinline]] int overflow_stack(int depth) {
  std::array<char, 4096> frame{};
  volatile char* first = frame.data();
  if (depth < 0) return 0;
  *first = static_cast<char>(depth);
  return overflow_stack(depth + 1) + *first;
}

void segfault() {
  *reinterpret_cast<volatile int*>(8) = 1;
}
void call_nowhere() {
  reinterpret_cast<void (*)()>(16)();
}
void trap() {
  __builtin_trap();
}
void abort_process() {
  std::abort();
}
void exit_process() {
  std::exit(0);
}
void exit_quietly() {
  ::_exit(0);
}
void throw_across() {
  throw std::runtime_error("across the border");
}
void loop_for_ever() {
  for (volatile int i = 0;; i = i + 1) {
  }
}
void deadlock() {
  // As a mutex that its holder takes again.
  int word = 1;
  for (;;) ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, nullptr, nullptr, 0);
}
void use_all_memory() {
  for (;;) std::memset(new char[std::size_t{32} << 20U], 1, std::size_t{32} << 20U);
}
void leak_descriptors() {
  while (::memfd_create("leak", 0) >= 0) {
  }
  std::abort();
}
void send_descriptors() {
  const int fd = ::memfd_create("gift", 0);
  std::array<int, 8> eight{};
  eight.fill(fd);
  for (int i = 0; i < 100; ++i) hostile::send_packet(hostile::forged_frame(7, 0, {}), eight);
}
void flood_threads() {
  std::vector<std::thread> threads;
  for (;;) threads.emplace_back([] {});
}
void flood_standard_output() {
  static const std::array<char, 65536> bytes{};
  for (;;) (void)!::write(1, bytes.data(), bytes.size());
}
void flood_log() {
  static const std::string line(1024, 'x');
  for (;;) hub->log(hub->ctx, PATCHBAY_LOG_ERROR, misfit::str(line));
}
void forge_garbage() {
  (void)!::write(3, "garbage that is no frame", 24);
}
void forge_nothing() {
  (void)!::write(3, "", 0);
  forge(9, 0, "");
}
void forge_another_flow() {
  forge(6, 0xffff'ffff'ffff, std::string(4, '\0'));
}
void forge_hub_message() {
  forge(3, 1, "");
}
void forge_loaded() {
  forge(5, 0, std::string(12, '\0') + std::string(12, '\0'));
}
void forge_denials() {
  for (;;) forge(8, 0, std::string("\x29\0\0\0\0", 5));
}
void steal_frames() {
  std::array<char, 65536> bytes{};
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  for (;;) (void)!::recvmsg(3, &message, 0);
}
void free_twice() {
  void* volatile block = std::malloc(2000);
  void* volatile next = std::malloc(2000);
  std::free(block);
  std::free(block);  // NOLINT
  (void)next;
}
void return_garbage_pointers() {
  answer->kind = PATCHBAY_ACTION_DONE;
  answer->done = reinterpret_cast<const patchbay_done*>(0x1234);
}
void return_endless_list() {
  static const patchbay_request* const requests[] = {nullptr};
  answer->kind = PATCHBAY_ACTION_REQUESTS;
  answer->requests = requests;
  answer->request_count = std::uint64_t{1} << 60U;
}
void return_too_much() {
  static const std::string text(std::size_t{40} << 20U, 'x');
  misfit::Base::fail(answer, PATCHBAY_FAIL_INTERNAL, text);
}
void overwrite_the_answer() {
  std::memset(static_cast<void*>(answer), 0xee, 4096);
}

constexpr std::pair<std::string_view, void (*)()> kBehaviours[] = {
    {"segfault", segfault},
    {"call_nowhere", call_nowhere},
    {"trap", trap},
    {"abort", abort_process},
    {"exit", exit_process},
    {"exit_quietly", exit_quietly},
    {"throw_across", throw_across},
    {"loop_for_ever", loop_for_ever},
    {"deadlock", deadlock},
    {"use_all_memory", use_all_memory},
    {"leak_descriptors", leak_descriptors},
    {"send_descriptors", send_descriptors},
    {"flood_threads", flood_threads},
    {"flood_standard_output", flood_standard_output},
    {"flood_log", flood_log},
    {"forge_garbage", forge_garbage},
    {"forge_nothing", forge_nothing},
    {"forge_another_flow", forge_another_flow},
    {"forge_hub_message", forge_hub_message},
    {"forge_loaded", forge_loaded},
    {"forge_denials", forge_denials},
    {"steal_frames", steal_frames},
    {"overflow_stack", [] { overflow_stack(0); }},
    {"free_twice", free_twice},
    {"return_garbage_pointers", return_garbage_pointers},
    {"return_endless_list", return_endless_list},
    {"return_too_much", return_too_much},
    {"overwrite_the_answer", overwrite_the_answer},
};

struct Connector : misfit::Base {
  static patchbay_status create(const patchbay_host* host, patchbay_instance** out) {
    hub = host;
    return Base::create(host, out);
  }
  static patchbay_status begin(patchbay_instance*, const patchbay_input* input,
                               patchbay_flow** out) {
    *out = reinterpret_cast<patchbay_flow*>(new std::string(hostile::field(*input, "how")));
    return PATCHBAY_OK;
  }
  static void release(patchbay_flow* flow) { delete reinterpret_cast<std::string*>(flow); }
  static patchbay_status step(patchbay_flow* flow, const patchbay_event*, patchbay_action* action) {
    done(action);
    answer = action;
    for (const auto& [name, behave] : kBehaviours)
      if (name == *reinterpret_cast<std::string*>(flow)) behave();
    return PATCHBAY_OK;
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
