// Stand-in for libs/openFrameworks/types/ofParameter.h and its sources, held against openframeworks c50ec30ccb (ofParameter.h, 0.12) and 10cba4294e
// (ofParameterGroup.cpp, 0.11 to 0.12), and dimitre cb886f4976 (ofParameterGroup.cpp) and 0d1f6e0696 (ofParameter.cpp), since the latter's stored
// source there is older. Left out: what writes values as text, and that groups hear of their parameters' changes.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "ofColor.h"
#include "ofEvent.h"
#include "ofLog.h"
#include "ofVectorMath.h"

class ofParameterGroup;
template <class T>
class ofParameter;

class ofAbstractParameter {
 public:
  virtual ~ofAbstractParameter() = default;
  virtual std::string getName() const = 0;
  virtual void setName(const std::string& name) = 0;
  virtual std::shared_ptr<ofAbstractParameter> newReference() const = 0;
  bool isReferenceTo(const ofAbstractParameter& other) const {
    return getInternalObject() == other.getInternalObject();
  }

  template <class T>
  ofParameter<T>& cast() {
    return static_cast<ofParameter<T>&>(*this);
  }
  ofParameterGroup& castGroup();

 protected:
  static std::string escape(std::string name) {
    for (char& c : name)
      if (std::string(" <>{}[],()/\\.#").find(c) != std::string::npos) c = '_';
    return name;
  }
  virtual const void* getInternalObject() const = 0;
};

// Copies are the same group, until one of them is cleared.
class ofParameterGroup : public ofAbstractParameter {
 public:
  ofParameterGroup() = default;
  template <class... Args>
  ofParameterGroup(const std::string& name, Args&... p) {
    add(p...);
    setName(name);
  }

  // Of two with the same name both are there, and the later one is found by it.
  void add(ofAbstractParameter& param) {
    const std::shared_ptr<ofAbstractParameter> reference = param.newReference();
    const std::string name = escape(reference->getName());
    if (obj->index.count(name) != 0) {
      ofLogWarning() << "Adding another parameter with same name '" << reference->getName() << "' to group '"
                     << getName() << "'";
    }
    obj->index[name] = obj->parameters.size();
    obj->parameters.push_back(reference);
  }
  template <class... Args>
  void add(ofAbstractParameter& first, ofAbstractParameter& second, Args&... more) {
    add(first);
    add(second, more...);
  }
  // This group becomes another one of the same name; its copies stay what they were.
  void clear() {
    const std::string name = getName();
    obj = std::make_shared<Value>();
    setName(name);
  }
  std::size_t size() const { return obj->parameters.size(); }
  bool contains(const std::string& name) const { return obj->index.count(escape(name)) != 0; }

  ofAbstractParameter& get(const std::string& name) { return get(obj->index.at(escape(name))); }
  ofAbstractParameter& get(std::size_t pos) { return *obj->parameters.at(pos); }
  ofParameterGroup& getGroup(const std::string& name) { return static_cast<ofParameterGroup&>(get(name)); }
  ofParameter<float>& getFloat(const std::string& name) { return get(name).cast<float>(); }
  ofParameter<int>& getInt(const std::string& name) { return get(name).cast<int>(); }
  ofParameter<bool>& getBool(const std::string& name) { return get(name).cast<bool>(); }
  ofParameter<void>& getVoid(const std::string& name) { return get(name).cast<void>(); }

  using Parameters = std::vector<std::shared_ptr<ofAbstractParameter>>;
  Parameters::iterator begin() { return obj->parameters.begin(); }
  Parameters::iterator end() { return obj->parameters.end(); }
  Parameters::const_iterator begin() const { return obj->parameters.begin(); }
  Parameters::const_iterator end() const { return obj->parameters.end(); }

  std::string getName() const override { return obj->name; }
  void setName(const std::string& name) override { obj->name = name; }
  std::shared_ptr<ofAbstractParameter> newReference() const override {
    return std::make_shared<ofParameterGroup>(*this);
  }

 protected:
  const void* getInternalObject() const override { return obj.get(); }

 private:
  struct Value {
    std::string name;
    Parameters parameters;
    std::map<std::string, std::size_t> index;
  };
  std::shared_ptr<Value> obj = std::make_shared<Value>();
};

inline ofParameterGroup& ofAbstractParameter::castGroup() { return static_cast<ofParameterGroup&>(*this); }

namespace of {
namespace priv {

// The range of a parameter without one.
template <class T, bool HasLimits = std::numeric_limits<T>::is_specialized>
struct TypeInfo {
  static T min() { return std::is_floating_point_v<T> ? T(0) : std::numeric_limits<T>::lowest(); }
  static T max() { return std::is_floating_point_v<T> ? T(1) : std::numeric_limits<T>::max(); }
};
template <class T>
struct TypeInfo<T, false> {
  static T min() { return T(); }
  static T max() { return T(); }
};
template <glm::length_t L>
struct TypeInfo<glm::vec<L, float>, false> {
  static glm::vec<L, float> min() { return glm::vec<L, float>(0); }
  static glm::vec<L, float> max() { return glm::vec<L, float>(1); }
};
template <class T>
struct TypeInfo<ofColor_<T>, false> {
  static ofColor_<T> min() { return ofColor_<T>(0, 0); }
  static ofColor_<T> max() { return ofColor_<T>(ofColor_<T>::limit(), ofColor_<T>::limit()); }
};

}  // namespace priv
}  // namespace of

template <class T>
class ofParameter : public ofAbstractParameter {
 public:
  ofParameter() = default;
  ofParameter(const ofParameter& other) = default;  // the same value
  ofParameter(const T& value) { obj->value = value; }
  ofParameter(const std::string& name, const T& value) : ofParameter(value) { setName(name); }
  ofParameter(const std::string& name, const T& value, const T& min, const T& max) : ofParameter(name, value) {
    setMin(min);
    setMax(max);
  }

  const T& get() const { return obj->value; }
  const T* operator->() const { return &obj->value; }
  operator const T&() const { return obj->value; }
  T getMin() const { return obj->min; }
  T getMax() const { return obj->max; }
  void setMin(const T& min) { obj->min = min; }
  void setMax(const T& max) { obj->max = max; }

  // Listeners hear of a value that was there already, too. What a listener sets is kept, and told to nobody.
  ofParameter& set(const T& value) {
    obj->value = value;
    if (obj->isNotifying) return *this;
    obj->isNotifying = true;
    obj->changed.notify(obj->value);
    obj->isNotifying = false;
    return *this;
  }
  ofParameter& operator=(const ofParameter& other) { return set(other.get()); }
  const T& operator=(const T& value) { return set(value), obj->value; }

  template <class... Arguments>
  std::unique_ptr<of::priv::AbstractEventToken> newListener(Arguments... arguments) {
    return obj->changed.newListener(arguments...);
  }

  std::string getName() const override { return obj->name; }
  void setName(const std::string& name) override { obj->name = name; }
  std::shared_ptr<ofAbstractParameter> newReference() const override { return std::make_shared<ofParameter>(*this); }
  const void* getInternalObject() const override { return obj.get(); }

 private:
  struct Value {
    std::string name;
    T value = T();
    T min = of::priv::TypeInfo<T>::min(), max = of::priv::TypeInfo<T>::max();
    ofEvent<T> changed;
    bool isNotifying = false;
  };
  std::shared_ptr<Value> obj = std::make_shared<Value>();
};

template <>
class ofParameter<void> : public ofAbstractParameter {
 public:
  ofParameter() = default;
  ofParameter(const std::string& name) { setName(name); }

  void trigger() { obj->changed.notify(); }

  template <class... Arguments>
  std::unique_ptr<of::priv::AbstractEventToken> newListener(Arguments... arguments) {
    return obj->changed.newListener(arguments...);
  }

  std::string getName() const override { return obj->name; }
  void setName(const std::string& name) override { obj->name = name; }
  std::shared_ptr<ofAbstractParameter> newReference() const override { return std::make_shared<ofParameter>(*this); }
  const void* getInternalObject() const override { return obj.get(); }

 private:
  struct Value {
    std::string name;
    ofEvent<void> changed;
  };
  std::shared_ptr<Value> obj = std::make_shared<Value>();
};

// Friend may change it; the rest of the app only sees it.
template <class T, class Friend>
class ofReadOnlyParameter : public ofAbstractParameter {
 public:
  ofReadOnlyParameter() = default;
  ofReadOnlyParameter(const std::string& name, const T& value) : parameter(name, value) {}
  const T& get() const { return parameter.get(); }

  std::string getName() const override { return parameter.getName(); }
  std::shared_ptr<ofAbstractParameter> newReference() const override {
    return std::make_shared<ofReadOnlyParameter>(*this);
  }
  const void* getInternalObject() const override { return parameter.getInternalObject(); }

 protected:
  void setName(const std::string& name) override { parameter.setName(name); }

  ofParameter<T> parameter;
  friend Friend;
};
