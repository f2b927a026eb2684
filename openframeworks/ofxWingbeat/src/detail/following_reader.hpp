// FollowingReader: the part of ofxWingbeat::Reader that does not need openFrameworks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "knob.hpp"
#include "messages.hpp"
#include "view.hpp"
#include "wingbeat/wingbeat.hpp"

namespace ofxWingbeat::detail {

// Open, then update, read and send requests in turn. Nothing waits, nothing throws. A knob's listeners may open or
// close it, too.
class FollowingReader {
 public:
  // Creates the app's view of the stream's controls. Returns a Knob, named as the control, for each parameter to keep
  // equal.
  using MakeKnobs = std::function<std::vector<Knob>(const std::vector<wb_control_info>&)>;

  FollowingReader(Messages::Sink sink, MakeKnobs make_knobs)
      : messages_(std::move(sink)), make_knobs_(std::move(make_knobs)) {}

  bool open(const std::string& stream, const wingbeat::ReaderOptions& options);
  void close();
  void update();

  bool is_frame_new() const { return is_frame_new_; }
  bool is_connected() const { return is_connected_; }
  bool are_controls_new() const { return are_controls_new_; }
  float frame_rate() const { return frame_rate_; }
  const std::string& stream() const { return stream_; }
  wingbeat::Reader* get() { return reader_ ? &*reader_ : nullptr; }
  const wingbeat::Frame* frame() const { return frame_ ? &*frame_ : nullptr; }
  wb_reader_stats stats() const;
  Messages& messages() { return messages_; }

  // Of the frame held; before the first frame, of the stream.
  const std::vector<wb_field_info>& fields() const { return fields_; }
  // "" is the position field. Returns nullptr and logs once if there is no such field.
  const wb_field_info* find(const std::string& field);
  // Returns an empty view and logs once if there is no frame or no such field.
  View view(const std::string& field);
  View view(const wb_field_info& field) const { return view_of(field, frame_->raw().data, frame_->count()); }
  // Points as rows of three floats: in place if the field has that form, else converted once per frame.
  const float* points(const std::string& field, std::size_t& count);
  // Colours as rows of four floats, of the frame's colour field; nullptr if it has none.
  const float* colours();
  std::string attribute(const std::string& key) const;

  bool set(const std::string& parameter, double number);
  bool set(const std::string& parameter, const std::string& text);
  bool trigger(const std::string& name);
  bool command(const std::string& name, const std::vector<double>& arguments);
  double get(const std::string& parameter, double otherwise);

 private:
  struct Synced {
    Knob knob;
    TwoWay value;
    std::optional<wingbeat::SentRequest> asked;  // one at a time: a later change is requested after its answer
  };
  struct Asked {
    std::string name;
    wingbeat::SentRequest sent;
  };
  struct Converted {
    std::uint64_t frame = 0;  // the frame it was made from, as frames_ counts them
    std::vector<float> numbers;
  };

  const wb_schema* schema() const;
  void take_frame();
  void note_absence(const wingbeat::Frame& frame);
  void note_frame();
  void note_schema();
  void follow_controls();
  void measure_rate();
  void sync(Synced& synced);
  void ask(Synced& synced, double now);
  void show(Synced& synced);
  void hear_answers();
  // Whether the answer has arrived; logs a refusal.
  bool is_answered(const std::string& name, wingbeat::SentRequest& sent);
  // Looks in the present stream. Returns false if there is no stream or no control of that name.
  bool find_control(const std::string& name, wb_control_info& out) const;
  bool can_ask(const std::string& name);
  bool keep(const std::string& name, wingbeat::SentRequest sent);
  const float* converted(const wb_field_info& field, std::size_t width, float missing);

  Messages messages_;
  MakeKnobs make_knobs_;
  std::string stream_;
  std::optional<wingbeat::Reader> reader_;
  std::optional<wingbeat::Frame> frame_;  // ends before reader_
  std::vector<wb_field_info> fields_;
  std::vector<wb_control_info> controls_;
  std::vector<Synced> synced_;
  std::vector<Asked> asked_;
  std::map<std::string, Converted> converted_;
  std::uint64_t frames_ = 0;
  std::uint64_t opened_ = 0;  // number of open() and close() calls; a change shows that a listener made one
  bool has_schema_ = false, is_frame_new_ = false, is_connected_ = false, are_controls_new_ = false;
  bool were_controls_cleared_ = false;  // by close(); the next update() reports it
  std::uint64_t rate_seq_ = 0, rate_time_ns_ = 0;
  float frame_rate_ = 0;
};

}  // namespace ofxWingbeat::detail
