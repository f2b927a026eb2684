#include "ofxWingbeatReader.h"

#include <cstring>
#include <map>
#include <utility>

#include "detail/following_reader.hpp"
#include "detail/of_knobs.hpp"
#include "detail/of_log.hpp"

namespace ofxWingbeat {

static_assert(sizeof(glm::vec3) == 3 * sizeof(float) && sizeof(ofFloatColor) == 4 * sizeof(float),
              "rows of a frame are used as this type");

namespace {

// The properties of an ofVbo whose change requires to fill it again.
struct Shape {
  detail::VertexLayout layout;
  bool has_colours;
  int count;

  bool operator==(const Shape& other) const {
    return layout == other.layout && has_colours == other.has_colours && count == other.count;
  }
  // Whether the ofVbo still has them, as far as it can be asked: the app may have filled it meanwhile.
  bool is_of(const ofVbo& vbo) const {
    return vbo.getIsAllocated() && vbo.getNumVertices() == count &&
           vbo.getUsingColors() == (has_colours || layout.colour_offset_bytes >= 0) &&
           vbo.getVertexBuffer().size() == static_cast<GLsizeiptr>(count) * layout.stride_bytes;
  }
};

// The data of an ofVbo: pointers into the frame if no conversion is needed.
struct Drawing {
  Shape shape;
  const float* vertices;
  const float* colours;  // separate colours; nullptr: interleaved with the vertices, or none
};

void refresh(const Drawing& drawing, ofVbo& out) {
  if (drawing.shape.count == 0) return;
  out.updateVertexData(drawing.vertices, drawing.shape.count);
  if (drawing.colours != nullptr) out.updateColorData(drawing.colours, drawing.shape.count);
}

void fill(const Drawing& drawing, ofVbo& out) {
  const auto& [layout, has_colours, count] = drawing.shape;
  out.clear();  // its vertex array object keeps the old layout
  if (count == 0) return;
  out.setVertexData(drawing.vertices, layout.coordinates, count, GL_STREAM_DRAW, layout.stride_bytes);
  if (layout.colour_offset_bytes >= 0)
    out.setColorBuffer(out.getVertexBuffer(), layout.stride_bytes, layout.colour_offset_bytes);
  if (has_colours) out.setColorData(drawing.colours, count, GL_STREAM_DRAW);
}

}  // namespace

struct Reader::State {
  detail::FollowingReader reader{detail::log, [this](const auto& controls) {
                                   return detail::mirror(controls, parameters, listeners,
                                                         [this](const auto& name) { reader.trigger(name); });
                                 }};
  ofParameterGroup parameters;
  ofEventListeners listeners;
  std::map<const ofVbo*, Shape> filled;

  Drawing drawing_of(const wb_field_info& field) {
    std::size_t count = 0;
    detail::VertexLayout layout = detail::vertex_layout(field);
    const float* vertices = nullptr;
    if (layout.coordinates != 0) {
      const detail::View view = reader.view(field);
      vertices = view.floats(), count = view.rows;
    } else {
      vertices = reader.points(field.name, count);
      layout = {3, sizeof(glm::vec3), -1};
    }
    const bool has_own = field.per_agent != 0 && layout.colour_offset_bytes < 0;
    const float* colours = has_own ? reader.colours() : nullptr;
    return {{layout, colours != nullptr, static_cast<int>(count)}, vertices, colours};
  }

  // Four floats per agent and their stride, within the field or in a field of its own; nullptr if there are no colours.
  const float* colours(const wb_field_info& field, std::size_t& stride_bytes) {
    const auto layout = detail::vertex_layout(field);
    stride_bytes = sizeof(ofFloatColor);
    if (layout.colour_offset_bytes < 0) return field.per_agent != 0 ? reader.colours() : nullptr;
    stride_bytes = static_cast<std::size_t>(layout.stride_bytes);
    return reader.view(field).floats() + layout.colour_offset_bytes / static_cast<int>(sizeof(float));
  }
};

Reader::Reader() : state_(std::make_unique<State>()) {}
Reader::~Reader() = default;

// A moved-from object is as after its construction: all members can be called.
Reader::Reader(Reader&& other) noexcept : state_(std::exchange(other.state_, std::make_unique<State>())) {}
Reader& Reader::operator=(Reader&& other) noexcept {
  state_ = std::exchange(other.state_, std::make_unique<State>());
  return *this;
}

bool Reader::setup(const std::string& stream, const wingbeat::ReaderOptions& options) {
  state_->parameters.setName(stream);
  return state_->reader.open(stream, options);
}

void Reader::close() { state_->reader.close(); }
void Reader::update() { state_->reader.update(); }
bool Reader::isFrameNew() const { return state_->reader.is_frame_new(); }

// --------------------------------------------------------------------------------------------------------------- state

bool Reader::isSetup() const { return state_->reader.get() != nullptr; }
bool Reader::isConnected() const { return state_->reader.is_connected(); }
bool Reader::hasFrame() const { return getFrame() != nullptr; }
const std::string& Reader::getName() const { return state_->reader.stream(); }

std::uint64_t Reader::getSeq() const { return hasFrame() ? getFrame()->seq() : 0; }
std::uint64_t Reader::getStep() const { return hasFrame() ? getFrame()->step() : 0; }
double Reader::getTime() const { return hasFrame() ? getFrame()->sim_time() : 0; }
std::size_t Reader::getCount() const { return hasFrame() ? static_cast<std::size_t>(getFrame()->count()) : 0; }

std::uint64_t Reader::getReceived() const { return state_->reader.stats().received; }
std::uint64_t Reader::getMissed() const { return state_->reader.stats().missed; }
std::uint64_t Reader::getRestarts() const { return state_->reader.stats().restarts; }
float Reader::getFrameRate() const { return state_->reader.frame_rate(); }

wingbeat::Reader* Reader::getReader() { return state_->reader.get(); }
const wingbeat::Frame* Reader::getFrame() const { return state_->reader.frame(); }

// ---------------------------------------------------------------------------------------------------------------- data

std::vector<wb_field_info> Reader::getFields() const { return state_->reader.fields(); }

std::string Reader::getPositionField() const {
  const int index = detail::position_field(state_->reader.fields());
  return index < 0 ? "" : state_->reader.fields()[static_cast<std::size_t>(index)].name;
}

std::string Reader::getAttribute(const std::string& key) const { return state_->reader.attribute(key); }

detail::View Reader::view(const std::string& field, int type) const {
  const detail::View view = state_->reader.view(field);
  if (!view.empty() && view.type != type) {
    state_->reader.messages().say_once("type " + field, detail::Level::warning,
                                       "field '" + field + "' holds " + wb_type_name(view.type) + ", not " +
                                           wb_type_name(type) + ": array<" + wb_type_name(type) + ">() of it is empty");
  }
  return view;
}

wingbeat::Span<const glm::vec3> Reader::points(const std::string& field) const {
  std::size_t count = 0;
  const float* numbers = state_->reader.points(field, count);
  if (numbers == nullptr) return {};
  return {reinterpret_cast<const glm::vec3*>(numbers), count};
}

bool Reader::points(std::vector<glm::vec3>& out, const std::string& field) const {
  const auto points = this->points(field);
  out.assign(points.begin(), points.end());
  return points.data() != nullptr;
}

bool Reader::polyline(ofPolyline& out, const std::string& field) const { return points(out.getVertices(), field); }

bool Reader::mesh(ofMesh& out, const std::string& field) const {
  if (!points(out.getVertices(), field)) return false;
  std::size_t stride_bytes = 0;
  const float* colours = state_->colours(*state_->reader.find(field), stride_bytes);
  auto& colors = out.getColors();
  if (colours == nullptr) {
    // The mesh's colours or indices belong to another number of agents: openFrameworks would read beyond their end.
    if (colors.size() != out.getVertices().size()) colors.clear();
    return true;
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(colours);
  colors.resize(out.getVertices().size());
  for (std::size_t i = 0; i < colors.size(); ++i)
    std::memcpy(static_cast<void*>(&colors[i]), bytes + i * stride_bytes, sizeof colors[i]);
  return true;
}

bool Reader::vbo(ofVbo& out, const std::string& field) const {
  if (!hasFrame()) return false;
  const wb_field_info* info = state_->reader.find(field);
  if (info == nullptr) {
    out.clear();  // its old data has another number of vertices than getCount()
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

bool Reader::set_number(const std::string& parameter, double value) { return state_->reader.set(parameter, value); }
bool Reader::set(const std::string& parameter, const std::string& text) { return state_->reader.set(parameter, text); }
bool Reader::trigger(const std::string& name) { return state_->reader.trigger(name); }
bool Reader::command(const std::string& name, std::initializer_list<double> arguments) {
  return command(name, std::vector<double>(arguments));
}
bool Reader::command(const std::string& name, const std::vector<double>& arguments) {
  return state_->reader.command(name, arguments);
}
double Reader::get(const std::string& parameter, double otherwise) const {
  return state_->reader.get(parameter, otherwise);
}

ofParameterGroup& Reader::parameters() { return state_->parameters; }
bool Reader::areParametersNew() const { return state_->reader.are_controls_new(); }

}  // namespace ofxWingbeat
