#include "bridge.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <stdexcept>

#include "failure.hpp"
#include "terminal.hpp"

namespace wingbeat::osc {

namespace {

constexpr int kDatagramsPerTurn = 1000;  // so that a flood leaves time for the rest
constexpr std::int64_t kMostSleepNs = 50'000'000;
constexpr std::uint64_t kLastAnswersNs = 200'000'000;

}  // namespace

Bridge::Bridge(BridgeOptions options)
    : options_(std::move(options)), steering_(options_.stream, options_.map, refused_, options_.wait) {
  open_sockets();
  if (receiver_)
    for (const auto& rule : options_.map.in) inlets_.push_back(std::make_unique<Inlet>(rule));
  if (sender_)
    for (auto& rules : grouped(options_.map.out))
      outflows_.push_back(std::make_unique<Outflow>(std::move(rules), options_.map.datagram_bytes));
  if (receiver_) cli::say("osc", fmt::format("listening on {}", receiver_->where()));
}

// Before the streams: a port in use must not leave a stream behind.
void Bridge::open_sockets() {
  if (options_.listen) receiver_.emplace(*options_.listen);
  if (options_.send) sender_.emplace(*options_.send);
}

void Bridge::run() {
  while (!is_done()) {
    attempt(options_.stream, [this] { look(); });
    attempt("receiving", [this] { receive(); });
    send_frames();
    is_first_turn_ = false;
    sleep();
  }
  await_answers();
}

// So that the last requests are counted as well.
void Bridge::await_answers() {
  for (const std::uint64_t end_ns = wb_now_ns() + kLastAnswersNs; steering_.is_asking() && wb_now_ns() < end_ns;) {
    poll(nullptr, 0, 1);
    steering_.poll();
  }
}

bool Bridge::is_done() const {
  if (cli::interrupted()) return true;
  return options_.seconds && static_cast<double>(wb_now_ns() - start_ns_) >= *options_.seconds * 1e9;
}

// Until a datagram or a frame comes, or until the next thing is due.
void Bridge::sleep() {
  std::vector<pollfd> events;
  if (receiver_) events.push_back({receiver_->descriptor(), POLLIN, 0});
  // Not longer than kMostSleepNs, so that signals and the end of the time are noticed.
  auto left_ns = std::clamp<std::int64_t>(static_cast<std::int64_t>(next_look_ns_ - wb_now_ns()), 0, kMostSleepNs);
  left_ns = schedule_.nanoseconds_left(left_ns);
  for (const auto& outflow : outflows_) {
    if (const int file = outflow->descriptor(); file >= 0) events.push_back({file, POLLIN, 0});
    left_ns = outflow->nanoseconds_left(left_ns);
  }
  poll(events.data(), static_cast<nfds_t>(events.size()), static_cast<int>((left_ns + 999'999) / 1'000'000));
}

void Bridge::receive() {
  for (int i = 0; receiver_ && i < kDatagramsPerTurn; ++i) {
    const auto datagram = receiver_->next();
    if (datagram.empty()) break;
    Unpacked unpacked = unpack(datagram);
    if (!unpacked.fault.empty()) refused_.add("a datagram", unpacked.fault);
    for (auto& message : unpacked.messages) receive(std::move(message));
    take_due();
  }
  take_due();
  steering_.poll();
}

// All messages pass through the schedule, so that late and timely ones keep their order.
void Bridge::receive(Message message) {
  ++totals_.messages_in;
  const std::string address = message.address;
  if (const std::string refusal = schedule_.add(std::move(message)); !refusal.empty()) refused_.add(address, refusal);
}

void Bridge::take_due() {
  while (const auto message = schedule_.next_due()) take(*message);
}

void Bridge::take(const Message& message) {
  bool is_known = false;
  for (const auto& inlet : inlets_) {
    if (!is_for(message.address, inlet->address())) continue;
    is_known = true;
    if (const std::string refusal = inlet->take(message.arguments); !refusal.empty())
      refused_.add(inlet->address(), refusal);
  }
  if (steering_.take(message) || is_known) return;
  if (steering_.is_there())
    refused_.add(message.address, fmt::format("there is no such address; `{}` lists them", options_.listing));
  else
    refused_.add(options_.stream, "the stream is not there; messages are refused until it is");
}

void Bridge::look() {
  if (wb_now_ns() < next_look_ns_) return;
  next_look_ns_ = wb_now_ns() + static_cast<std::uint64_t>(1e9 / options_.rate);
  steering_.follow();
  steering_.poll();
  if (sender_) send_changes();
}

void Bridge::send_changes() {
  std::optional<Bundle> bundle;
  std::size_t bytes = 0;
  for (const auto& message : steering_.changes()) {
    // The name of a choice may be as long as all names together.
    const std::size_t more = packed_bytes(message.address, 1, WB_CHOICES_BYTES);
    if (bundle && bytes + more > options_.map.datagram_bytes) send(*bundle), bundle.reset();
    if (!bundle) bundle.emplace(now_tag()), bytes = kBundleHeadBytes;
    bundle->add(message.address, message.arguments);
    bytes += more;
  }
  if (bundle) send(*bundle);
}

void Bridge::send_frames() {
  for (const auto& outflow : outflows_)
    attempt(outflow->stream(), [&] { outflow->look([this](const Bundle& bundle) { send(bundle); }); });
}

void Bridge::send(const Bundle& bundle) {
  const std::string fault = sender_->send(bundle.bytes());
  if (!fault.empty()) {
    ++totals_.unsent;
    problems_.add("sending", fault);
    return;
  }
  ++totals_.bundles_out;
  totals_.messages_out += bundle.count();
}

// A stream that does not fit at the start ends the bridge, and so does the end of a wait. What goes wrong later is
// reported, and left out.
template <class Act>
void Bridge::attempt(const std::string& what, Act&& act) {
  if (is_first_turn_) return act();
  try {
    act();
  } catch (const cli::WaitFailure&) {
    throw;
  } catch (const std::runtime_error& error) {
    problems_.add(what, error.what());
  }
}

Totals Bridge::totals() const {
  Totals totals = totals_;
  totals.applied = steering_.applied();
  totals.restarts = steering_.restarts();
  totals.refused = refused_.count();
  totals.problems = problems_.count();
  for (const auto& inlet : inlets_) totals.frames_in += inlet->frames();
  for (const auto& outflow : outflows_) {
    totals.frames_out += outflow->frames();
    totals.frames_missed += outflow->missed();
  }
  totals.wall_seconds = static_cast<double>(wb_now_ns() - start_ns_) / 1e9;
  return totals;
}

}  // namespace wingbeat::osc
