#include "ofxWingbeatSubscriber.h"

#include <cstring>
#include <map>
#include <utility>

#include "detail/of_knobs.hpp"
#include "detail/of_log.hpp"
#include "detail/subscription.hpp"

namespace ofxWingbeat {

static_assert(sizeof(glm::vec3) == 3 * sizeof(float) && sizeof(ofFloatColor) == 4 * sizeof(float),
              "a frame's rows are taken for these");

namespace {

// What of an ofVbo makes it necessary to fill it anew.
struct Shape {
  detail::VertexLayout layout;
  bool has_colours;
  int count;

  bool operator==(const Shape& other) const {
    return layout == other.layout && has_colours == other.has_colours && count == other.count;
  }
  // Whether it still has that, as far as an ofVbo tells: others may have filled it since.
  bool is_of(const ofVbo& vbo) const {
    return vbo.getIsAllocated() && vbo.getNumVertices() == count &&
           vbo.getUsingColors() == (has_colours || layout.colour_offset_bytes >= 0) &&
           vbo.getVertexBuffer().size() == static_cast<GLsizeiptr>(count) * layout.stride_bytes;
  }
};

// What goes into an ofVbo. Pointers into the frame, if its numbers are as they have to be.
struct Drawing {
  Shape shape;
  const float* vertices;
  const float* colours;  // in an array of their own; nullptr: among the vertices, or none
};

void refresh(const Drawing& drawing, ofVbo& out) {
  if (drawing.shape.count == 0) return;
  out.updateVertexData(drawing.vertices, drawing.shape.count);
  if (drawing.colours != nullptr) out.updateColorData(drawing.colours, drawing.shape.count);
}

void fill(const Drawing& drawing, ofVbo& out) {
  const auto& [layout, has_colours, count] = drawing.shape;
  out.clear();  // its vertex array object remembers the old layout
  if (count == 0) return;
  out.setVertexData(drawing.vertices, layout.coordinates, count, GL_STREAM_DRAW, layout.stride_bytes);
  if (layout.colour_offset_bytes >= 0)
    out.setColorBuffer(out.getVertexBuffer(), layout.stride_bytes, layout.colour_offset_bytes);
  if (has_colours) out.setColorData(drawing.colours, count, GL_STREAM_DRAW);
}

}  // namespace

struct Subscriber::State {
  detail::Subscription subscription{detail::log, [this](const auto& controls) {
                                      return detail::mirror(controls, parameters, listeners,
                                                            [this](const auto& name) { subscription.trigger(name); });
                                    }};
  ofParameterGroup parameters;
  ofEventListeners listeners;
  std::map<const ofVbo*, Shape> filled;

  Drawing drawing_of(const wb_field_info& field) {
    std::size_t count = 0;
    detail::VertexLayout layout = detail::vertex_layout(field);
    const float* vertices = nullptr;
    if (layout.coordinates != 0) {
      const detail::View view = subscription.view(field);
      vertices = view.floats(), count = view.rows;
    } else {
      vertices = subscription.points(field.name, count);
      layout = {3, sizeof(glm::vec3), -1};
    }
    const bool has_own = field.per_agent != 0 && layout.colour_offset_bytes < 0;
    const float* colours = has_own ? subscription.colours() : nullptr;
    return {{layout, colours != nullptr, static_cast<int>(count)}, vertices, colours};
  }

  // Four floats for each agent, and how far apart they are: within the field, or a field of their own; nullptr: there are none.
  const float* colours(const wb_field_info& field, std::size_t& stride_bytes) {
    const auto layout = detail::vertex_layout(field);
    stride_bytes = sizeof(ofFloatColor);
    if (layout.colour_offset_bytes < 0) return field.per_agent != 0 ? subscription.colours() : nullptr;
    stride_bytes = static_cast<std::size_t>(layout.stride_bytes);
    return subscription.view(field).floats() + layout.colour_offset_bytes / static_cast<int>(sizeof(float));
  }
};

Subscriber::Subscriber() : state_(std::make_unique<State>()) {}
Subscriber::~Subscriber() = default;

// What was moved from is as new: all its members can be called.
Subscriber::Subscriber(Subscriber&& other) noexcept : state_(std::exchange(other.state_, std::make_unique<State>())) {}
Subscriber& Subscriber::operator=(Subscriber&& other) noexcept {
  state_ = std::exchange(other.state_, std::make_unique<State>());
  return *this;
}

bool Subscriber::setup(const std::string& stream, const wingbeat::ReaderOptions& options) {
  state_->parameters.setName(stream);
  return state_->subscription.open(stream, options);
}

void Subscriber::close() { state_->subscription.close(); }
void Subscriber::update() { state_->subscription.update(); }
bool Subscriber::isFrameNew() const { return state_->subscription.is_frame_new(); }

// ----------------------------------------------------------------------------------------------------- where it stands

bool Subscriber::isSetup() const { return state_->subscription.reader() != nullptr; }
bool Subscriber::isConnected() const { return state_->subscription.is_connected(); }
bool Subscriber::hasFrame() const { return getFrame() != nullptr; }
const std::string& Subscriber::getName() const { return state_->subscription.stream(); }

std::uint64_t Subscriber::getSeq() const { return hasFrame() ? getFrame()->seq() : 0; }
std::uint64_t Subscriber::getStep() const { return hasFrame() ? getFrame()->step() : 0; }
double Subscriber::getTime() const { return hasFrame() ? getFrame()->sim_time() : 0; }
std::size_t Subscriber::getCount() const { return hasFrame() ? static_cast<std::size_t>(getFrame()->count()) : 0; }

std::uint64_t Subscriber::getReceived() const { return state_->subscription.stats().received; }
std::uint64_t Subscriber::getMissed() const { return state_->subscription.stats().missed; }
std::uint64_t Subscriber::getRestarts() const { return state_->subscription.stats().restarts; }
float Subscriber::getFrameRate() const { return state_->subscription.frame_rate(); }

wingbeat::Reader* Subscriber::getReader() { return state_->subscription.reader(); }
const wingbeat::Frame* Subscriber::getFrame() const { return state_->subscription.frame(); }

// ------------------------------------------------------------------------------------------------------------ its data

std::vector<wb_field_info> Subscriber::getFields() const { return state_->subscription.fields(); }

std::string Subscriber::getPlace() const {
  const int index = detail::place_field(state_->subscription.fields());
  return index < 0 ? "" : state_->subscription.fields()[static_cast<std::size_t>(index)].name;
}

std::string Subscriber::getAttribute(const std::string& key) const { return state_->subscription.attribute(key); }

detail::View Subscriber::view(const std::string& field, int type) const {
  const detail::View view = state_->subscription.view(field);
  if (!view.empty() && view.type != type) {
    state_->subscription.messages().say_once("type " + field, detail::Level::warning,
                                             "field '" + field + "' holds " + wb_type_name(view.type) + ", not " +
                                                 wb_type_name(type) + ": array<" + wb_type_name(type) +
                                                 ">() of it is empty");
  }
  return view;
}

wingbeat::Span<const glm::vec3> Subscriber::points(const std::string& field) const {
  std::size_t count = 0;
  const float* numbers = state_->subscription.points(field, count);
  if (numbers == nullptr) return {};
  return {reinterpret_cast<const glm::vec3*>(numbers), count};
}

bool Subscriber::points(std::vector<glm::vec3>& out, const std::string& field) const {
  const auto points = this->points(field);
  out.assign(points.begin(), points.end());
  return points.data() != nullptr;
}

bool Subscriber::polyline(ofPolyline& out, const std::string& field) const { return points(out.getVertices(), field); }

bool Subscriber::mesh(ofMesh& out, const std::string& field) const {
  if (!points(out.getVertices(), field)) return false;
  std::size_t stride_bytes = 0;
  const float* colours = state_->colours(*state_->subscription.find(field), stride_bytes);
  auto& colors = out.getColors();
  if (colours == nullptr) {
    // Of another frame, with other agents: they would be looked for behind the end.
    if (colors.size() != out.getVertices().size()) colors.clear();
    return true;
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(colours);
  colors.resize(out.getVertices().size());
  for (std::size_t i = 0; i < colors.size(); ++i)
    std::memcpy(static_cast<void*>(&colors[i]), bytes + i * stride_bytes, sizeof colors[i]);
  return true;
}

bool Subscriber::vbo(ofVbo& out, const std::string& field) const {
  if (!hasFrame()) return false;
  const wb_field_info* info = state_->subscription.find(field);
  if (info == nullptr) {
    out.clear();  // what it held has not getCount() vertices
    return false;
  }
  const Drawing drawing = state_->drawing_of(*info);
  const auto before = state_->filled.find(&out);
  const bool is_same = before != state_->filled.end() && before->second == drawing.shape && drawing.shape.is_of(out);
  if (is_same) {
    refresh(drawing, out);
  } else {
    fill(drawing, out);
  }
  state_->filled.insert_or_assign(&out, drawing.shape);
  return true;
}

// ------------------------------------------------------------------------------------------------------------ steering

bool Subscriber::set_number(const std::string& parameter, double value) {
  return state_->subscription.set(parameter, value);
}
bool Subscriber::set(const std::string& parameter, const std::string& text) {
  return state_->subscription.set(parameter, text);
}
bool Subscriber::trigger(const std::string& name) { return state_->subscription.trigger(name); }
bool Subscriber::command(const std::string& name, std::initializer_list<double> arguments) {
  return command(name, std::vector<double>(arguments));
}
bool Subscriber::command(const std::string& name, const std::vector<double>& arguments) {
  return state_->subscription.command(name, arguments);
}
double Subscriber::get(const std::string& parameter, double otherwise) const {
  return state_->subscription.get(parameter, otherwise);
}

ofParameterGroup& Subscriber::parameters() { return state_->parameters; }
bool Subscriber::areParametersNew() const { return state_->subscription.are_controls_new(); }

}  // namespace ofxWingbeat
