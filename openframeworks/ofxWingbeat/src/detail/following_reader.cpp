#include "following_reader.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <exception>
#include <utility>

namespace ofxWingbeat::detail {

namespace {

constexpr std::uint64_t kRateSpan_ns = 500'000'000;
// wait() reports a restart once; the next call returns frames of the new stream. Bounds the restarts that one update()
// follows.
constexpr int kRestartsInOneUpdate = 4;

bool are_same(const std::vector<wb_control_info>& a, const std::vector<wb_control_info>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const wb_control_info& x, const wb_control_info& y) {
    return std::memcmp(&x, &y, sizeof x) == 0;
  });
}

}  // namespace

// ------------------------------------------------------------------------------------------------------------- opening

bool FollowingReader::open(const std::string& stream, const wingbeat::ReaderOptions& options) {
  close();
  wingbeat::ReaderOptions wanted = options;
  if (wanted.leases == 1) wanted.leases = 2;  // one for the frame held, one for the next
  auto reader = wingbeat::Reader::open(stream, wanted);
  if (!reader) {
    messages_.say(Level::error, "cannot subscribe to '" + stream + "': " + reader.error().message());
    return false;
  }
  reader_.emplace(std::move(reader).value());
  stream_ = stream;
  return true;
}

void FollowingReader::close() {
  ++opened_;
  asked_.clear();
  synced_.clear();
  frame_.reset();
  reader_.reset();
  fields_.clear();
  were_controls_cleared_ |= !controls_.empty();
  controls_.clear();
  make_knobs_(controls_);
  converted_.clear();
  messages_.forget_all();
  stream_.clear();
  frames_ = rate_seq_ = rate_time_ns_ = 0;
  frame_rate_ = 0;
  has_schema_ = is_frame_new_ = is_connected_ = are_controls_new_ = false;
}

wb_reader_stats FollowingReader::stats() const {
  wb_reader_stats stats = {};
  if (reader_) wb_reader_get_stats(reader_->raw(), &stats);
  return stats;
}

// ----------------------------------------------------------------------------------------------------------- following

void FollowingReader::update() {
  is_frame_new_ = false;
  are_controls_new_ = std::exchange(were_controls_cleared_, false);
  if (!reader_) return;
  try {
    take_frame();
    note_schema();
    hear_answers();
    const std::uint64_t opened = opened_;
    for (std::size_t i = 0; opened == opened_ && i < synced_.size(); ++i) sync(synced_[i]);
  } catch (const std::exception& error) {
    messages_.say_once("update", Level::error, std::string("update(): ") + error.what());
  }
}

void FollowingReader::take_frame() {
  for (int turn = 0; turn < kRestartsInOneUpdate; ++turn) {
    auto frame = reader_->wait(std::chrono::nanoseconds(0));
    if (frame) {
      frame_ = std::move(frame);
      return note_frame();
    }
    note_absence(frame);
    if (frame.status() != WB_RESTARTED) return;
  }
}

void FollowingReader::note_absence(const wingbeat::Frame& frame) {
  const bool was_connected = is_connected_;
  switch (frame.status()) {
    case WB_RESTARTED:
      has_schema_ = false;
      messages_.say(Level::notice, "'" + stream_ + "' was restarted");
      return;
    case WB_NO_FRAME:
    case WB_INTERRUPTED:
      is_connected_ = reader_->schema() != nullptr;
      break;
    default:
      is_connected_ = false;
      break;
  }
  if (was_connected && !is_connected_) messages_.say(Level::notice, "'" + stream_ + "' has ended; waiting for it");
  if (frame.status() < 0) messages_.say_once("wait", Level::error, "'" + stream_ + "': " + frame.error().message());
}

void FollowingReader::note_frame() {
  is_frame_new_ = is_connected_ = true;
  ++frames_;
  messages_.forget("wait");
  fields_ = wingbeat::fields_of(frame_->schema());
  measure_rate();
}

void FollowingReader::measure_rate() {
  const auto& frame = frame_->raw();
  const bool began_again = frame.seq < rate_seq_ || rate_time_ns_ == 0;
  const std::uint64_t span_ns = began_again ? 0 : frame.publish_time_ns - rate_time_ns_;
  if (!began_again && span_ns < kRateSpan_ns) return;
  if (!began_again)
    frame_rate_ = static_cast<float>(static_cast<double>(frame.seq - rate_seq_) * 1e9 / static_cast<double>(span_ns));
  rate_seq_ = frame.seq;
  rate_time_ns_ = frame.publish_time_ns;
}

void FollowingReader::note_schema() {
  if (has_schema_ || reader_->schema() == nullptr) return;
  has_schema_ = true;
  is_connected_ = true;
  if (!frame_) fields_ = wingbeat::fields_of(reader_->schema());
  messages_.say(Level::notice, "'" + stream_ + "' is there");
  follow_controls();
}

// If a restarted writer has the same controls, the app's parameters and its GUI stay as they are.
void FollowingReader::follow_controls() {
  auto controls = wingbeat::controls_of(reader_->schema());
  if (are_same(controls, controls_)) {
    for (auto& synced : synced_) synced.value.doubt_there();
    return;
  }
  controls_ = std::move(controls);
  are_controls_new_ = true;
  synced_.clear();
  for (auto& knob : make_knobs_(controls_)) {
    const double here = knob.get();
    synced_.push_back({std::move(knob), TwoWay(here, here), std::nullopt});
    synced_.back().value.doubt_there();
  }
}

// ------------------------------------------------------------------------------------------------------------- looking

const wb_schema* FollowingReader::schema() const {
  if (frame_) return frame_->schema();
  return reader_ ? reader_->schema() : nullptr;
}

const wb_field_info* FollowingReader::find(const std::string& field) {
  int index = -1;
  if (field.empty()) {
    index = position_field(fields_);
  } else {
    const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const auto& f) { return field == f.name; });
    if (found != fields_.end()) index = static_cast<int>(found - fields_.begin());
  }
  if (index >= 0) return &fields_[static_cast<std::size_t>(index)];
  if (!frame_) return nullptr;
  std::string names;
  for (const auto& f : fields_) names += std::string(" ") + f.name;
  messages_.say_once(
      "field " + field, Level::warning,
      "'" + stream_ + "' has no " + (field.empty() ? "field to draw" : "field '" + field + "'") + "; it has" + names);
  return nullptr;
}

View FollowingReader::view(const std::string& field) {
  const wb_field_info* info = frame_ ? find(field) : nullptr;
  return info != nullptr ? view(*info) : View{};
}

const float* FollowingReader::points(const std::string& field, std::size_t& count) {
  count = 0;
  const wb_field_info* info = frame_ ? find(field) : nullptr;
  if (info == nullptr) return nullptr;
  const View numbers = view(*info);
  count = numbers.rows;
  return numbers.columns == 3 && numbers.floats() != nullptr ? numbers.floats() : converted(*info, 3, 0);
}

const float* FollowingReader::colours() {
  const int index = frame_ ? colour_field(fields_) : -1;
  if (index < 0) return nullptr;
  const auto& info = fields_[static_cast<std::size_t>(index)];
  const View numbers = view(info);
  return numbers.columns == 4 && numbers.floats() != nullptr ? numbers.floats() : converted(info, 4, 1);
}

const float* FollowingReader::converted(const wb_field_info& field, std::size_t width, float missing) {
  Converted& made = converted_[std::string(field.name) + "/" + std::to_string(width)];
  if (made.frame != frames_) convert(view(field), width, missing, made.numbers);
  made.frame = frames_;
  return made.numbers.data();
}

std::string FollowingReader::attribute(const std::string& key) const {
  if (schema() == nullptr) return "";
  for (const auto& [name, value] : wingbeat::attributes_of(schema()))
    if (name == key) return value;
  return "";
}

// ------------------------------------------------------------------------------------------------------------ steering

bool FollowingReader::keep(const std::string& name, wingbeat::SentRequest sent) {
  if (sent) {
    messages_.forget("ask " + name + " ");
    asked_.push_back({name, std::move(sent)});
    return true;
  }
  const std::string what = "ask " + name + " " + std::to_string(sent.error().code());
  messages_.say_once(what, Level::warning, "'" + stream_ + "." + name + "': " + sent.error().message());
  return false;
}

bool FollowingReader::find_control(const std::string& name, wb_control_info& out) const {
  const int index = wb_schema_find_control(reader_->schema(), name.c_str());
  return index >= 0 && wb_schema_control(reader_->schema(), static_cast<std::uint32_t>(index), &out) == WB_OK;
}

bool FollowingReader::can_ask(const std::string& name) {
  if (reader_ && reader_->schema() != nullptr) return true;
  const std::string why = reader_ ? "'" + stream_ + "' does not exist yet" : "call setup() first";
  messages_.say_once("ask " + name + " early", Level::warning, "'" + name + "' cannot be requested: " + why);
  return false;
}

// Converts the number to the parameter's type: integer parameters take whole numbers of any C++ type. The reader itself
// reports a missing parameter or a value out of range.
bool FollowingReader::set(const std::string& parameter, double number) {
  if (!can_ask(parameter)) return false;
  wb_control_info control = {};
  const bool is_whole = number == std::floor(number) && std::abs(number) < 0x1p53;
  const bool is_real = !find_control(parameter, control) || control.initial.type == WB_VALUE_F64 || !is_whole;
  const auto type = is_real ? WB_VALUE_F64 : static_cast<wb_value_type>(control.initial.type);
  return keep(parameter, reader_->set(parameter.c_str(), value_of(type, number)));
}

bool FollowingReader::set(const std::string& parameter, const std::string& text) {
  if (!can_ask(parameter)) return false;
  wb_control_info control = {};
  if (!find_control(parameter, control))
    return set(parameter, 0.0);  // the reader reports that there is no such parameter
  wb_value value;
  if (wb_value_parse(&control, text.c_str(), &value) == WB_OK)
    return keep(parameter, reader_->set(parameter.c_str(), value));
  messages_.say(Level::warning, "'" + stream_ + "." + parameter + "': " + wb_error_message());
  return false;
}

bool FollowingReader::trigger(const std::string& name) {
  return can_ask(name) && keep(name, reader_->trigger(name.c_str()));
}

bool FollowingReader::command(const std::string& name, const std::vector<double>& arguments) {
  return can_ask(name) && keep(name, reader_->command(name.c_str(), {arguments.data(), arguments.size()}));
}

double FollowingReader::get(const std::string& parameter, double otherwise) {
  if (!reader_) return otherwise;
  const auto value = reader_->parameter<double>(parameter.c_str());
  return value ? value.value() : otherwise;
}

void FollowingReader::hear_answers() {
  const auto is_done = [this](Asked& asked) { return is_answered(asked.name, asked.sent); };
  asked_.erase(std::remove_if(asked_.begin(), asked_.end(), is_done), asked_.end());
}

bool FollowingReader::is_answered(const std::string& name, wingbeat::SentRequest& sent) {
  const auto receipt = sent.wait(std::chrono::nanoseconds(0));
  if (!receipt) return receipt.error().code() != WB_PENDING && receipt.error().code() != WB_INTERRUPTED;
  const auto& answer = receipt.value();
  if (answer.status == WB_REFUSED)
    messages_.say(Level::warning, "'" + stream_ + "." + name + "' was refused: " + answer.reason);
  if (answer.status == WB_WAS_RESTARTED)
    messages_.say(Level::warning, "'" + stream_ + "." + name + "' was not answered before the restart; ask again");
  return true;
}

// While a request is pending, the value at the writer is not shown: the slider would jump back to the old value.
void FollowingReader::sync(Synced& synced) {
  if (synced.asked && is_answered(synced.knob.name, *synced.asked)) {
    synced.asked.reset();
    synced.value.doubt_there();
  }
  if (synced.asked || !is_connected_) return;
  const double now = synced.knob.get();
  if (synced.value.changed_here(now)) {
    ask(synced, now);
  } else {
    show(synced);
  }
}

void FollowingReader::ask(Synced& synced, double now) {
  auto sent = reader_->set(synced.knob.name.c_str(), value_of(synced.knob.type, now));
  if (sent) {
    synced.asked.emplace(std::move(sent));
    return;
  }
  messages_.say(Level::warning, "'" + stream_ + "." + synced.knob.name + "': " + sent.error().message());
  synced.value.doubt_there();  // show the value at the writer again
}

void FollowingReader::show(Synced& synced) {
  const auto there = reader_->parameter<double>(synced.knob.name.c_str());
  if (!there || !synced.value.changed_there(there.value())) return;
  if (synced.knob.nearest(there.value()) == synced.knob.get()) return;  // no call of listeners without a change
  const std::uint64_t opened = opened_;
  const auto set = synced.knob.set;  // a listener may call close(), which destroys the knob
  set(there.value());
  if (opened == opened_) synced.value.seen_here(synced.knob.get());
}

}  // namespace ofxWingbeat::detail
