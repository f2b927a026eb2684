// Stand-in for libs/openFrameworks/events/ofEvent.h, held against openframeworks 86ff9c5d97 (0.11 to 0.12): what kinds of listeners are
// taken, in which order they hear, and that one who answers true is the last to.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

enum ofEventOrder { OF_EVENT_ORDER_BEFORE_APP = 0, OF_EVENT_ORDER_APP = 100, OF_EVENT_ORDER_AFTER_APP = 200 };

namespace of {
namespace priv {

// Ends what it stands for when it is destroyed.
class AbstractEventToken {
 public:
  virtual ~AbstractEventToken() = default;
};

// What a listener says it takes. There is no answer for one that takes anything (auto), nor in C++17 for a noexcept one.
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

// The listeners of one event: functions that say whether nobody else shall hear.
template <class... T>
class Listeners {
 public:
  using Function = std::function<bool(const void*, T&...)>;

  std::unique_ptr<AbstractEventToken> add(Function function, int priority) {
    const auto after = [](int wanted, const auto& entry) { return wanted < entry->priority; };
    const auto entry = std::make_shared<Entry>(Entry{priority, std::move(function)});
    entries_->insert(std::upper_bound(entries_->begin(), entries_->end(), priority, after), entry);
    return std::make_unique<Token>(entries_, entry);
  }
  // Who is added meanwhile hears the next time; who has gone meanwhile does not hear.
  bool notify(const void* sender, T&... value) {
    const auto now = *entries_;
    const auto hears = [&](const auto& entry) { return entry->function && entry->function(sender, value...); };
    return std::any_of(now.begin(), now.end(), hears);
  }

 private:
  struct Entry {
    int priority;
    Function function;
  };
  using Entries = std::vector<std::shared_ptr<Entry>>;
  class Token : public AbstractEventToken {
   public:
    Token(std::weak_ptr<Entries> entries, std::shared_ptr<Entry> entry)
        : entries_(std::move(entries)), entry_(std::move(entry)) {}
    ~Token() override {
      entry_->function = nullptr;
      if (const auto all = entries_.lock()) all->erase(std::find(all->begin(), all->end(), entry_));
    }

   private:
    std::weak_ptr<Entries> entries_;
    std::shared_ptr<Entry> entry_;
  };

  std::shared_ptr<Entries> entries_ = std::make_shared<Entries>();
};

template <class... T>
class Event {
 public:
  template <class F>
  std::unique_ptr<AbstractEventToken> newListener(F function, int priority = OF_EVENT_ORDER_AFTER_APP) {
    using Signature = typename SignatureOf<decltype(&F::operator())>::type;
    return listeners_.add(heard(std::function<Signature>(function)), priority);
  }
  bool notify(const void* sender, T&... value) { return listeners_.notify(sender, value...); }

 private:
  using Function = typename Listeners<T...>::Function;

  // It may take the sender or not, and answer or not; another signature has to fit one of the four.
  static Function heard(std::function<bool(T&...)> f) {
    return [f](const void*, T&... value) { return f(value...); };
  }
  static Function heard(std::function<bool(const void*, T&...)> f) { return f; }
  static Function heard(std::function<void(T&...)> f) {
    return [f](const void*, T&... value) { return f(value...), false; };
  }
  static Function heard(std::function<void(const void*, T&...)> f) {
    return [f](const void* sender, T&... value) { return f(sender, value...), false; };
  }

  Listeners<T...> listeners_;
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
