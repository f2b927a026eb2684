// Stand-in for libs/openFrameworks/events/ofEvent.h, held against openframeworks 86ff9c5d97 (0.11, 0.12).
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <type_traits>
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

// The listeners of one event, as functions of what is notified. All of them return whether nobody else shall hear.
template <class... T>
class Listeners {
 public:
  using Function = std::function<bool(const void*, T&...)>;

  std::unique_ptr<AbstractEventToken> add(Function function) {
    functions_->push_back({next_, std::move(function), nullptr});
    return std::make_unique<Token>(functions_, next_++);
  }
  void add(const void* listener, Function function) { functions_->push_back({next_++, std::move(function), listener}); }
  void remove(const void* listener) {
    auto& all = *functions_;
    const auto is_his = [&](const Entry& entry) { return entry.listener == listener; };
    all.erase(std::remove_if(all.begin(), all.end(), is_his), all.end());
  }
  bool notify(const void* sender, T&... value) {
    const auto now = *functions_;  // who listens may stop to
    for (const auto& entry : now)
      if (entry.function(sender, value...)) return true;
    return false;
  }
  std::size_t size() const { return functions_->size(); }

 private:
  struct Entry {
    int id;
    Function function;
    const void* listener;
  };
  class Token : public AbstractEventToken {
   public:
    Token(std::weak_ptr<std::vector<Entry>> functions, int id) : functions_(std::move(functions)), id_(id) {}
    ~Token() override {
      const auto all = functions_.lock();
      if (!all) return;
      all->erase(std::remove_if(all->begin(), all->end(), [this](const Entry& entry) { return entry.id == id_; }),
                 all->end());
    }

   private:
    std::weak_ptr<std::vector<Entry>> functions_;
    int id_;
  };

  std::shared_ptr<std::vector<Entry>> functions_ = std::make_shared<std::vector<Entry>>();
  int next_ = 0;
};

// A listener may take the sender or not, and answer or not.
template <class F, class... T>
bool hear(F& f, const void* sender, T&... value) {
  if constexpr (std::is_invocable_v<F&, const void*, T&...>) {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, const void*, T&...>>)
      return f(sender, value...), false;
    else
      return f(sender, value...);
  } else if constexpr (std::is_void_v<std::invoke_result_t<F&, T&...>>) {
    return f(value...), false;
  } else {
    return f(value...);
  }
}

template <class... T>
class Event {
 public:
  template <class Object, class Method>
  std::unique_ptr<AbstractEventToken> newListener(Object* object, Method method, int = OF_EVENT_ORDER_AFTER_APP) {
    return listeners_.add(bound(object, method));
  }
  template <class F>
  std::unique_ptr<AbstractEventToken> newListener(F function, int = OF_EVENT_ORDER_AFTER_APP) {
    return listeners_.add(
        [function](const void* sender, T&... value) mutable { return hear(function, sender, value...); });
  }
  template <class Object, class Method>
  void add(Object* object, Method method, int) {
    listeners_.add(static_cast<const void*>(object), bound(object, method));
  }
  template <class Object, class Method>
  void remove(Object* object, Method, int) {
    listeners_.remove(static_cast<const void*>(object));
  }
  bool notify(const void* sender, T&... value) { return listeners_.notify(sender, value...); }
  bool notify(T&... value) { return listeners_.notify(nullptr, value...); }
  std::size_t size() const { return listeners_.size(); }

 private:
  template <class Object, class Method>
  static auto bound(Object* object, Method method) {
    return [object, method](const void* sender, T&... value) {
      auto call = [&](auto&... arguments) -> decltype((object->*method)(arguments...)) {
        return (object->*method)(arguments...);
      };
      return hear(call, sender, value...);
    };
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
  ofEventListener& operator=(std::unique_ptr<of::priv::AbstractEventToken>&& token) {
    std::swap(token_, token);
    return *this;
  }
  void unsubscribe() { token_.reset(); }

 private:
  std::unique_ptr<of::priv::AbstractEventToken> token_;
};

class ofEventListeners {
 public:
  ofEventListeners() {}
  ofEventListeners(const ofEventListeners&) = delete;
  ofEventListeners& operator=(const ofEventListeners&) = delete;

  void push(std::unique_ptr<of::priv::AbstractEventToken>&& listener) { listeners_.emplace_back(std::move(listener)); }
  void unsubscribeAll() { listeners_.clear(); }
  bool empty() const { return listeners_.empty(); }

 private:
  std::deque<ofEventListener> listeners_;
};

template <class T, class Object, class Method>
void ofAddListener(ofEvent<T>& event, Object* object, Method method, int order = OF_EVENT_ORDER_AFTER_APP) {
  event.add(object, method, order);
}
template <class T, class Object, class Method>
void ofRemoveListener(ofEvent<T>& event, Object* object, Method method, int order = OF_EVENT_ORDER_AFTER_APP) {
  event.remove(object, method, order);
}
