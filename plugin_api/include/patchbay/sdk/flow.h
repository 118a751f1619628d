// Base of every flow: one connect, refresh, revoke or invoke in progress.
//
// A derived class says in step() what follows from an event. The base keeps the input, checks that
// events follow from actions, turns exceptions into FAIL, answers CANCEL, attaches the tokens
// minted so far and the notices, and blots known secrets out of texts for people. Destroying the
// flow overwrites all that its arenas held; so derived classes keep secrets in keep(), not in
// strings. Thread: [flow].
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include "patchbay/connector.h"
#include "patchbay/sdk/action.h"
#include "patchbay/sdk/event.h"
#include "patchbay/sdk/input.h"

namespace patchbay::sdk {

class Flow {
 public:
  explicit Flow(Input input) : input_(std::move(input)) {}
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;
  virtual ~Flow() = default;

  // patchbay_connector::step
  patchbay_status advance(const patchbay_event* event, patchbay_action* out) noexcept {
    if (!Event::readable(event) || out == nullptr || !PATCHBAY_HAS(patchbay_action, out, kind) ||
        expected_ == kEnded) {
      return PATCHBAY_E_INVALID;
    }
    try {
      out_.reset();
      Action action(out_);
      decide(*event, action);
      hand_out(action, out);
      return PATCHBAY_OK;
    } catch (const std::bad_alloc&) {
      expected_ = kEnded;
      return PATCHBAY_E_NO_MEMORY;
    } catch (...) {
      expected_ = kEnded;
      return PATCHBAY_E_INTERNAL;
    }
  }

 protected:
  // What follows from an event: exactly one decision on `action`. The first event is start, every
  // other one answers the last action; cancel never comes here.
  virtual void step(const Event& event, Action& action) = 0;

  const Input& input() const { return input_; }
  // Memory that lasts as long as the flow and is overwritten with it.
  Arena& keep() { return input_.arena(); }

  // To be called as soon as the provider has issued a token: should the flow fail or be cancelled
  // from here on, the host revokes it. Tokens that the account already had are left out.
  void minted(const Token& token) {
    if (token.value.empty()) return;
    for (const Token& known : input_.tokens()) {
      if (same_secret(known.value, token.value)) return;
    }
    for (const patchbay_token* known : minted_) {
      if (same_secret(view(known->value), token.value)) return;
    }
    minted_.add(keep(), write_token(keep(), copy_token(keep(), token)));
  }

  // A further secret to be blotted out of texts for people. `text` lives in keep().
  void remember_secret(std::string_view text) { further_secrets_.add(keep(), text); }

  // Something the person should know when the flow ends, whichever way. `fallback` may be left out
  // where the manifest has a text of the id.
  Message& notice(std::string_view message_id, std::string_view fallback = {}) {
    Message& message = keep().make<Message>(keep(), message_id, fallback);
    notices_.add(keep(), &message);
    return message;
  }

  // A value as the person meant it: without the blanks and line breaks that copying leaves around
  // it. Says so with a notice at the field.
  std::string_view trimmed(std::string_view field_id, std::string_view value) {
    const std::string_view bare = trim(value);
    if (bare.size() != value.size()) {
      notice("notice.trimmed", "Blanks or line breaks around the value were removed.").at(field_id);
    }
    return bare;
  }

 private:
  static constexpr std::uint32_t kEnded = 0;
  static constexpr std::size_t kShortestSecret = 4;
  static constexpr std::size_t kTellingPart = 12;  // so much of a secret is not shown either

  void decide(const patchbay_event& event, Action& action) {
    if (event.kind == PATCHBAY_EVENT_CANCEL) {
      salvage(event);
      action.fail(Failure::cancelled, "error.cancelled", "The connection was cancelled.");
      return;
    }
    const bool follows = event.kind == expected_ &&
                         (expected_ != PATCHBAY_EVENT_REPLIES || event.reply_count == awaited_);
    if (!follows) {
      fault(action, "the event does not follow from the last action");
      return;
    }
    try {
      step(Event(event), action);
      if (action.kind() == 0) fault(action, "step() decided nothing");
      if (action.request_count() > PATCHBAY_MAX_BATCH) fault(action, "the batch is too large");
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      fault(action, error.what());
    } catch (...) {
      fault(action, "unknown exception");
    }
  }

  static void fault(Action& action, std::string_view what) {
    action.fail(Failure::internal, "error.internal", "The connector failed on a fault of its own.")
        .excerpt(what);
  }

  // Replies that come with a cancel may hold tokens: the flow reads them as usual, and what it
  // decides then is dropped.
  void salvage(const patchbay_event& event) {
    if (expected_ != PATCHBAY_EVENT_REPLIES || event.reply_count != awaited_) return;
    try {
      Action dropped(out_);
      step(Event(event, EventKind::replies), dropped);
      if (Done* done = dropped.decided_done()) {
        for (const patchbay_token* token : done->tokens()) minted(read_token(*token));
      }
    } catch (const std::bad_alloc&) {
      throw;
    } catch (...) {
      return;  // the flow ends as cancelled; what it minted before the fault is known
    }
  }

  void hand_out(Action& action, patchbay_action* out) {
    const auto clean = [this](patchbay_str& text, std::size_t limit) { blot(text, limit); };
    if (Fail* fail = action.decided_fail()) fail->edit_texts(clean);
    if (Done* done = action.decided_done()) done->edit_texts(clean);
    ArenaList<const patchbay_message*> notices;
    if (action.decided_fail() != nullptr || action.decided_done() != nullptr) {
      for (Message* message : notices_) {
        message->edit_texts(clean);
        notices.add(out_, message->finish());
      }
    }
    patchbay_action filled = action.finish(minted_, notices);
    filled.struct_size = out->struct_size;
    std::memcpy(out, &filled, std::min<std::size_t>(out->struct_size, sizeof(filled)));
    switch (action.kind()) {
      case PATCHBAY_ACTION_REQUESTS:
        expected_ = PATCHBAY_EVENT_REPLIES;
        awaited_ = filled.request_count;
        break;
      case PATCHBAY_ACTION_WAIT:
        expected_ = PATCHBAY_EVENT_TIMER;
        break;
      case PATCHBAY_ACTION_REDIRECT:
        expected_ = PATCHBAY_EVENT_REDIRECT;
        break;
      case PATCHBAY_ACTION_INPUT:
        expected_ = PATCHBAY_EVENT_INPUT;
        break;
      default:
        expected_ = kEnded;
    }
  }

  // Replaces every known secret in `text` by asterisks, a cut-off one too, and control characters
  // by blanks; then cuts the text to `limit` bytes.
  void blot(patchbay_str& text, std::size_t limit) {
    if (text.len == 0) return;
    const std::span<char> bare = out_.array<char>(text.len);
    std::copy_n(text.ptr, bare.size(), bare.begin());
    for (char& c : bare) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    const auto cover = [&](std::string_view secret) {
      secret = trim(secret);
      if (secret.size() < kShortestSecret) return;
      const std::size_t telling = std::min(secret.size(), kTellingPart);
      const std::string_view part = secret.substr(0, telling);
      const std::string_view whole(bare.data(), bare.size());
      for (auto at = whole.find(part); at != std::string_view::npos; at = whole.find(part, at)) {
        std::size_t size = telling;
        while (size < secret.size() && at + size < whole.size() &&
               whole[at + size] == secret[size]) {
          ++size;
        }
        std::fill_n(bare.begin() + static_cast<std::ptrdiff_t>(at), size, '*');
        at += size;
      }
    };
    for (const NameValue& secret : input_.secrets()) cover(secret.value);
    for (const NameValue& secret : input_.setup_secrets()) cover(secret.value);
    for (const Token& token : input_.tokens()) cover(token.value);
    for (const patchbay_token* token : minted_) cover(view(token->value));
    for (std::string_view secret : further_secrets_) cover(secret);
    text = borrow(cut({bare.data(), bare.size()}, limit));
  }

  Input input_;
  Arena out_;  // what the last action points at
  std::uint32_t expected_ = PATCHBAY_EVENT_START;
  std::uint64_t awaited_ = 0;
  ArenaList<const patchbay_token*> minted_;
  ArenaList<Message*> notices_;
  ArenaList<std::string_view> further_secrets_;
};

}  // namespace patchbay::sdk
