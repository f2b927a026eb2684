// Stand-in for libs/openFrameworks/events/ofEvent.h, held against openframeworks 86ff9c5d97 (0.11 to 0.12): which callables are accepted as
// listeners, and when a listener is called. Left out: listeners that take the sender, answer, or have a priority.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace of {
namespace priv {

// Ends what it stands for when it is destroyed.
class AbstractEventToken {
 public:
  virtual ~AbstractEventToken() = default;
};

// The signature of a listener. A listener that takes anything (auto) has none, nor in C++17 a noexcept one.
template <class Call>
struct SignatureOf;
template <class C, class R, class... A>
struct SignatureOf<R (C::*)(A...)> {
  using type = R(A...);
};
template <class C, class R, class... A>
struct SignatureOf<R (C::*)(A...) const> {
  using type = R(A...);
};

template <class... T>
class Event {
 public:
  template <class F>
  std::unique_ptr<AbstractEventToken> newListener(F function) {
    using Signature = typename SignatureOf<decltype(&F::operator())>::type;
    entries_->push_back(std::make_shared<Function>(std::function<Signature>(function)));
    return std::make_unique<Token>(entries_, entries_->back());
  }
  // A listener added meanwhile is called the next time; one removed meanwhile is not called.
  void notify(T&... value) {
    const Entries now = *entries_;
    for (const auto& function : now)
      if (*function) (*function)(value...);
  }

 private:
  using Function = std::function<void(T&...)>;
  using Entries = std::vector<std::shared_ptr<Function>>;
  class Token : public AbstractEventToken {
   public:
    Token(std::weak_ptr<Entries> entries, std::shared_ptr<Function> entry)
        : entries_(std::move(entries)), entry_(std::move(entry)) {}
    ~Token() override {
      *entry_ = nullptr;
      if (const auto all = entries_.lock()) all->erase(std::find(all->begin(), all->end(), entry_));
    }

   private:
    std::weak_ptr<Entries> entries_;
    std::shared_ptr<Function> entry_;
  };

  std::shared_ptr<Entries> entries_ = std::make_shared<Entries>();
};

}  // namespace priv
}  // namespace of

template <class T>
class ofEvent : public of::priv::Event<T> {};
template <>
class ofEvent<void> : public of::priv::Event<> {};

class ofEventListener {
 public:
  ofEventListener() = default;
  ofEventListener(std::unique_ptr<of::priv::AbstractEventToken>&& token) : token_(std::move(token)) {}
  ofEventListener(const ofEventListener&) = delete;
  ofEventListener& operator=(const ofEventListener&) = delete;

 private:
  std::unique_ptr<of::priv::AbstractEventToken> token_;
};

// Neither copied nor moved.
class ofEventListeners {
 public:
  ofEventListeners() {}
  ofEventListeners(const ofEventListeners&) = delete;
  ofEventListeners& operator=(const ofEventListeners&) = delete;

  void push(std::unique_ptr<of::priv::AbstractEventToken>&& listener) { listeners_.emplace_back(std::move(listener)); }
  void unsubscribeAll() { listeners_.clear(); }

 private:
  std::deque<ofEventListener> listeners_;
};
