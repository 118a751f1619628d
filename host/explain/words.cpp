#include "explain/words.h"

namespace patchbay::explain {

const manifest::Texts& words() {
  static const manifest::Texts all = [] {
    manifest::Texts made;
    for (const Word& word : embedded_words())
      made.set(word.language, word.id, std::string(word.text));
    return made;
  }();
  return all;
}

}  // namespace patchbay::explain
