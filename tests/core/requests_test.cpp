// Requests and receipts through the C interface. What each kind carries, and a refusal: tests/api/request_test.cpp.
#include <cmath>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "support/frames.hpp"

namespace {

using namespace wbtest;

class Requests : public WithWriter {
 protected:
  std::uint64_t set(const char* name, wb_value value) {
    std::uint64_t id = 0;
    EXPECT_OK(wb_reader_set(r, name, value, &id));
    return id;
  }
  std::uint64_t trigger() {
    std::uint64_t id = 0;
    EXPECT_OK(wb_reader_trigger(r, "reset", &id));
    return id;
  }

  // What the writer is shown; all is accepted.
  std::vector<wb_request> drain() {
    std::vector<wb_request> shown;
    wb_request request;
    while (wb_writer_next_request(w, &request) == WB_OK) shown.push_back(request);
    return shown;
  }

  wb_receipt receipt(std::uint64_t id) {
    wb_receipt receipt{};
    EXPECT_OK(wb_reader_receipt(r, id, 0, &receipt));
    EXPECT_EQ(receipt.id, id);
    return receipt;
  }

  int code_of(std::uint64_t id) {
    wb_receipt receipt;
    return wb_reader_receipt(r, id, 0, &receipt);
  }

  Reader reader = make_reader();
  wb_reader* r = reader.get();
};

TEST_F(Requests, refused_without_or_with_a_long_reason_still_say_something) {
  std::uint64_t id = trigger();
  wb_request request;
  ASSERT_OK(wb_writer_next_request(writer.get(), &request));
  ASSERT_OK(wb_writer_refuse(writer.get(), nullptr));
  EXPECT_EQ(wb_writer_refuse(writer.get(), "again"), WB_ERR_STATE);
  EXPECT_EQ(wb_writer_next_request(writer.get(), &request), WB_NO_REQUEST);
  EXPECT_GT(std::strlen(receipt(id).reason), 0u);
  id = trigger();
  ASSERT_OK(wb_writer_next_request(writer.get(), &request));
  ASSERT_OK(wb_writer_refuse(writer.get(), std::string(500, 'x').c_str()));
  EXPECT_EQ(wb_writer_next_request(writer.get(), &request), WB_NO_REQUEST);
  EXPECT_EQ(std::strlen(receipt(id).reason), std::size_t{WB_REASON_BYTES - 1});
}

TEST_F(Requests, of_several_for_one_parameter_the_last_is_shown_and_the_others_superseded) {
  const std::uint64_t first = set("speed", f64(2)), second = set("steps", i64(7)), third = set("speed", f64(3));
  const auto shown = drain();
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_EQ(shown[0].id, second);
  EXPECT_EQ(shown[1].id, third);
  EXPECT_EQ(receipt(first).status, WB_SUPERSEDED);
  EXPECT_EQ(receipt(second).status, WB_APPLIED);
  EXPECT_EQ(receipt(third).status, WB_APPLIED);
}

TEST_F(Requests, are_shown_in_the_order_they_were_made_whoever_made_them) {
  const Reader other = make_reader();
  std::vector<int> order;
  for (int i = 0; i < 12; ++i) {
    const double arguments[] = {static_cast<double>(i), 0, 0, 0};
    ASSERT_OK(wb_reader_command(i % 3 == 0 ? other.get() : r, "place", arguments, 4, nullptr));
  }
  const auto shown = drain();
  ASSERT_EQ(shown.size(), 12u);
  for (int i = 0; i < 12; ++i) EXPECT_EQ(shown[static_cast<std::size_t>(i)].arguments[0], i);
}

TEST_F(Requests, that_cannot_be_are_refused_before_they_are_sent) {
  const double few[3] = {};
  const double nan[4] = {std::nan(""), 0, 0, 0};
  EXPECT_EQ(wb_reader_set(r, "sped", f64(1), nullptr), WB_ERR_NOT_FOUND);
  EXPECT_TRUE(message_has("speed")) << "names what there is: ";
  const auto setting = [&](const char* name, wb_value value) { return wb_reader_set(r, name, value, nullptr); };
  EXPECT_EACH(WB_ERR_NOT_FOUND, setting("reset", f64(1)), wb_reader_trigger(r, "speed", nullptr),
              wb_reader_command(r, "reset", nullptr, 0, nullptr));
  EXPECT_EACH(WB_ERR_ARGUMENT, setting("speed", f64(10.5)), setting("speed", f64(HUGE_VAL)),
              setting("steps", i64(1001)), setting("mode", i64(3)), setting("running", i64(2)));
  wb_value boolean = i64(1);
  boolean.type = WB_VALUE_BOOL;
  EXPECT_EACH(WB_ERR_TYPE, setting("steps", f64(1.5)), setting("speed", boolean));
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_reader_command(r, "place", few, 3, nullptr),
              wb_reader_command(r, "place", nullptr, 4, nullptr), wb_reader_command(r, "place", nan, 4, nullptr));
  EXPECT_EACH(WB_ERR_ARGUMENT, setting(nullptr, f64(1)), wb_reader_trigger(nullptr, "reset", nullptr));
  EXPECT_TRUE(drain().empty());
}

TEST_F(Requests, accept_whole_numbers_for_an_f64_and_whole_f64s_for_the_others) {
  set("speed", i64(3));
  set("steps", f64(-4));
  set("running", f64(0));
  set("mode", i64(2));
  const auto shown = drain();
  ASSERT_EQ(shown.size(), 4u);
  EXPECT_EQ(shown[0].value.as.f64, 3.0);
  EXPECT_EQ(shown[1].value.as.i64, -4);
  EXPECT_EQ(shown[2].value.type, WB_VALUE_BOOL);
  EXPECT_EQ(shown[2].value.as.i64, 0);
  EXPECT_EQ(shown[3].value.as.i64, 2);
}

TEST_F(Requests, beyond_sixteen_waiting_are_refused_until_one_is_answered) {
  for (int i = 0; i < WB_MAX_PENDING; ++i) trigger();
  EXPECT_EQ(wb_reader_trigger(r, "reset", nullptr), WB_ERR_NO_ROOM);
  EXPECT_EQ(drain().size(), std::size_t{WB_MAX_PENDING});
  EXPECT_OK(wb_reader_trigger(r, "reset", nullptr));
}

TEST_F(Requests, keep_their_receipts_for_1024_later_ones) {
  const std::uint64_t first = trigger();
  drain();
  for (int i = 0; i < 1023; ++i) {
    trigger();
    drain();
  }
  for (std::uint64_t id = first; id <= first + 1023; ++id) ASSERT_EQ(receipt(id).status, WB_APPLIED) << id;
  trigger();
  EXPECT_EACH(WB_ERR_ARGUMENT, code_of(first), code_of(0), code_of(first + 5000));
}

TEST_F(Requests, waited_for_are_answered_while_the_writer_works) {
  std::thread worker([&] {
    wb_request request;
    for (int answered = 0; answered < 30;) {
      publish(writer.get(), 1);
      while (wb_writer_next_request(writer.get(), &request) == WB_OK) ++answered;
    }
  });
  std::uint64_t last = 0;
  for (int i = 0; i < 30; ++i) {
    const std::uint64_t id = set("steps", i64(i));
    wb_receipt answer;
    EXPECT_OK(wb_reader_receipt(r, id, kLong, &answer));
    EXPECT_EQ(answer.status, WB_APPLIED);
    EXPECT_EQ(answer.seq, answer.step + 1) << "the standard stream's step is its seq";
    EXPECT_GE(answer.seq, last);
    last = answer.seq;
  }
  worker.join();
}

TEST_F(Requests, waited_for_can_be_interrupted_and_limited) {
  const std::uint64_t id = trigger();
  wb_receipt answer;
  EXPECT_EQ(wb_reader_receipt(r, id, 5 * kMillisecond, &answer), WB_PENDING);
  const Later other(30, [&] { wb_reader_interrupt(r); });
  EXPECT_EQ(wb_reader_receipt(r, id, -1, &answer), WB_INTERRUPTED);
}

TEST_F(Requests, unanswered_at_a_restart_are_answered_as_restarted) {
  const std::uint64_t done = trigger();
  drain();
  for (const std::uint32_t components : {3u, 7u}) {  // 7: another schema, a new epoch
    const std::uint64_t id = set("speed", f64(2));
    restart({16, 8, 32, 4, components});
    EXPECT_EQ(receipt(id).status, WB_WAS_RESTARTED);
    EXPECT_EQ(take(reader), WB_RESTARTED);
    EXPECT_EQ(receipt(id).status, WB_WAS_RESTARTED);
    EXPECT_TRUE(components != 3 || receipt(done).status == WB_APPLIED);
    EXPECT_TRUE(drain().empty()) << "the successor is not shown it";
    const std::uint64_t next = set("speed", f64(3));
    EXPECT_EQ(drain().size(), 1u);
    EXPECT_EQ(receipt(next).status, WB_APPLIED);
  }
}

TEST_F(Requests, need_an_attached_reader) {
  const Reader early = make_reader("later");
  wb_value value;
  EXPECT_EACH(WB_NOT_READY, wb_reader_set(early.get(), "speed", f64(1), nullptr),
              wb_reader_trigger(early.get(), "reset", nullptr),
              wb_reader_command(early.get(), "reset", nullptr, 0, nullptr),
              wb_reader_parameter(early.get(), "speed", &value));
  EXPECT_EQ(wb_reader_schema(early.get()), nullptr);
}

TEST_F(Requests, no_request_sets_its_message) {
  wb_request request;
  EXPECT_EQ(wb_writer_publish(writer.get(), 0, 0), WB_ERR_STATE);
  EXPECT_EQ(wb_writer_next_request(writer.get(), &request), WB_NO_REQUEST);
  EXPECT_STREQ(wb_error_message(), wb_result_text(WB_NO_REQUEST));
}

}  // namespace
