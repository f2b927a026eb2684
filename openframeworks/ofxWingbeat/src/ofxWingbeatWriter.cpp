#include "ofxWingbeatWriter.h"

#include <algorithm>
#include <cstring>

#include "detail/of_knobs.hpp"
#include "detail/of_log.hpp"

namespace ofxWingbeat {

struct Writer::State {
  detail::BoundWriter writer{detail::log};
  std::vector<detail::NamedParameter> parameters;
  std::vector<std::pair<std::shared_ptr<ofAbstractParameter>, std::string>> choices;

  std::string choices_of(const ofAbstractParameter& parameter) const {
    for (const auto& [chosen, names] : choices)
      if (parameter.isReferenceTo(*chosen)) return names;
    return "";
  }
};

Writer::Writer() : state_(std::make_unique<State>()) {}
Writer::~Writer() = default;

// A moved-from object is as after its construction: all members can be called.
Writer::Writer(Writer&& other) noexcept : state_(std::exchange(other.state_, std::make_unique<State>())) {}
Writer& Writer::operator=(Writer&& other) noexcept {
  state_ = std::exchange(other.state_, std::make_unique<State>());
  return *this;
}

// ------------------------------------------------------------------------------------------------------------ fields

Writer& Writer::add_field(detail::FieldDescription field) {
  state_->writer.add_field(std::move(field));
  return *this;
}

Writer& Writer::field(const std::string& name, const ofMesh& mesh, const std::string& unit) {
  return per_agent<glm::vec3>(name, unit, [&mesh] { return detail::rows_of(mesh.getVertices()); });
}

Writer& Writer::field(const std::string& name, const ofPolyline& polyline, const std::string& unit) {
  return per_agent<glm::vec3>(name, unit, [&polyline] { return detail::rows_of(polyline.getVertices()); });
}

#ifdef TARGET_OPENGLES

Writer& Writer::field(const std::string& name, const ofVbo&, const std::string&) {
  ofLogError("ofxWingbeat") << "field '" << name << "' is left out: OpenGL ES cannot read an ofVbo back";
  return *this;
}

#else

namespace {

// Each vertex begins with three floats: setMesh() and setVertexData() store them so.
detail::Rows read_back(const ofVbo& vbo, std::vector<glm::vec3>& out) {
  ofBufferObject buffer = vbo.getVertexBuffer();  // a handle: copies refer to the same buffer
  const auto count = static_cast<std::size_t>(std::max(vbo.getNumVertices(), 0));
  const std::size_t stride_bytes = count == 0 ? 0 : static_cast<std::size_t>(buffer.size()) / count;
  out.clear();
  const auto* bytes = stride_bytes < sizeof(glm::vec3) ? nullptr : buffer.map<unsigned char>(GL_READ_ONLY);
  if (bytes == nullptr) return {};
  out.resize(count);
  for (std::size_t i = 0; i < count; ++i)
    std::memcpy(static_cast<void*>(&out[i]), bytes + i * stride_bytes, sizeof out[i]);
  buffer.unmap();
  return detail::rows_of(out);
}

}  // namespace

Writer& Writer::field(const std::string& name, const ofVbo& vbo, const std::string& unit) {
  const auto vertices = std::make_shared<std::vector<glm::vec3>>();
  return per_agent<glm::vec3>(name, unit, [&vbo, vertices] { return read_back(vbo, *vertices); });
}

#endif

Writer& Writer::mesh(const ofMesh& mesh, const std::string& unit) {
  field("position", mesh, unit);
  if (mesh.hasNormals()) field("normal", mesh.getNormals());
  if (mesh.hasColors()) field("color", mesh.getColors());
  if (mesh.hasTexCoords()) field("texture_coordinate", mesh.getTexCoords());
  return *this;
}

Writer& Writer::attribute(const std::string& key, const std::string& value) {
  state_->writer.add_attribute(key, value);
  return *this;
}

// --------------------------------------------------------------------------------------------------------- parameters

Writer& Writer::parameters(ofParameterGroup& group) {
  state_->writer.warn_if_late("group '" + group.getName() + "'");
  detail::flatten(group, "", state_->parameters);
  return *this;
}

Writer& Writer::parameter(ofAbstractParameter& parameter) {
  if (auto* group = dynamic_cast<ofParameterGroup*>(&parameter)) return parameters(*group);
  state_->writer.warn_if_late("parameter '" + parameter.getName() + "'");
  state_->parameters.push_back({detail::legal_name(parameter.getName()), parameter.newReference()});
  return *this;
}

Writer& Writer::choices(const ofParameter<int>& parameter, const std::string& names) {
  state_->writer.warn_if_late("choices() of '" + parameter.getName() + "'");
  state_->choices.emplace_back(parameter.newReference(), names);
  return *this;
}

Writer& Writer::trigger(const std::string& name, std::function<void()> act, const std::string& help) {
  state_->writer.add_trigger(name, help, std::move(act));
  return *this;
}

Writer& Writer::add_command(const std::string& name, const std::string& arguments, const std::string& help,
                            detail::Command act) {
  state_->writer.add_command(name, arguments, help, std::move(act));
  return *this;
}

// ------------------------------------------------------------------------------------- creating, updating, publishing

bool Writer::setup(const std::string& stream, std::size_t capacity) {
  std::vector<detail::Knob> knobs;
  std::vector<std::pair<std::string, std::function<void()>>> triggers;
  for (const auto& named : state_->parameters) {
    auto made = detail::knobs_of(named, state_->choices_of(*named.parameter));
    if (auto* trigger = dynamic_cast<ofParameter<void>*>(named.parameter.get())) {
      triggers.emplace_back(named.name, [held = *trigger]() mutable { held.trigger(); });
    } else if (made.empty()) {
      ofLogNotice("ofxWingbeat") << "parameter '" << named.name
                                 << "' is left out: it is read-only, or its type has no numbers";
    }
    std::move(made.begin(), made.end(), std::back_inserter(knobs));
  }
  return state_->writer.open(stream, capacity, std::move(knobs), std::move(triggers));
}

void Writer::close() {
  if (!state_->writer.close()) return;
  state_->parameters.clear();
  state_->choices.clear();
}

bool Writer::isSetup() const { return state_->writer.get() != nullptr; }
void Writer::update() { state_->writer.update(); }

bool Writer::publish() { return publish(getFrameCount() + 1, static_cast<double>(ofGetElapsedTimef())); }
bool Writer::publish(std::uint64_t step, double time) { return publish(step, time, nullptr); }
bool Writer::publish(std::uint64_t step, double time, const std::function<void(wingbeat::Slot&)>& fill) {
  return state_->writer.publish(step, time, fill);
}

std::uint64_t Writer::getFrameCount() const { return state_->writer.frames(); }
const std::string& Writer::getName() const { return state_->writer.stream(); }
wingbeat::Writer* Writer::getWriter() { return state_->writer.get(); }

std::size_t Writer::getCapacity() const {
  const wingbeat::Writer* writer = state_->writer.get();
  return writer == nullptr ? 0 : static_cast<std::size_t>(wb_schema_capacity(writer->schema()));
}

}  // namespace ofxWingbeat
