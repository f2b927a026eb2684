// Asking and answering from C++.
#include <vector>

#include "support/own_directory.hpp"

namespace {

using wbtest::OwnDirectory;
using wbtest::thrown_code;
using namespace std::chrono_literals;
using wingbeat::Reader;
using wingbeat::StreamSpec;
using wingbeat::Writer;

class CppRequests : public OwnDirectory {
 protected:
  CppRequests() : writer_(make_writer()), reader_(Reader::open("flock").value()) {
    reader_.attach(5s).value();
    publish(10);
  }

  static Writer make_writer() {
    StreamSpec spec("flock", 4);
    spec.per_agent<float>("position").parameter("alignment", 0.001, {.min = 1e-5, .max = 0.1, .unit = "1/s"});
    spec.parameter("neighbours", 7, {.min = 1, .max = 20}).parameter("wind", false).parameter("speed", 1.5);
    spec.trigger("reset").command("place", "id x y z");
    return Writer::create(spec).value();
  }
  void publish(std::uint64_t step) {
    auto slot = writer_.begin();
    slot.set_count(0);
    slot.publish(step, 0.0);
  }
  std::size_t accept_all() {
    return writer_.requests([](auto&) {});
  }

  Writer writer_;
  Reader reader_;
};

TEST_F(CppRequests, parameters_keep_the_type_of_their_initial_value) {
  EXPECT_EQ(writer_.parameter<double>("alignment"), 0.001);
  EXPECT_EQ(writer_.parameter<int>("neighbours"), 7);
  EXPECT_EQ(writer_.parameter<bool>("wind"), false);
  EXPECT_EQ(writer_.parameter<double>("speed"), 1.5);
  const auto controls = wingbeat::controls_of(writer_.schema());
  EXPECT_EQ(controls[0].initial.type, std::uint32_t{WB_VALUE_F64});
  EXPECT_EQ(controls[1].initial.type, std::uint32_t{WB_VALUE_I64});
  EXPECT_EQ(controls[2].initial.type, std::uint32_t{WB_VALUE_BOOL});
}

TEST_F(CppRequests, choice_begins_with_the_named_alternative) {
  StreamSpec spec("walls", 1);
  spec.field<float>("area", {1}).choice("edge", "open periodic reflecting", "periodic");
  const auto writer = Writer::create(spec).value();
  EXPECT_EQ(writer.parameter<int>("edge"), 1);
  EXPECT_EQ(wingbeat::controls_of(writer.schema())[0].initial.type, std::uint32_t{WB_VALUE_CHOICE});
  StreamSpec wrong("other", 1);
  wrong.field<float>("area", {1}).choice("edge", "open periodic", "closed");
  EXPECT_EQ(Writer::create(wrong).error().code(), WB_ERR_ARGUMENT);
}

TEST_F(CppRequests, set_is_shown_to_the_writer_and_answered_with_the_step) {
  auto sent = reader_.set("alignment", 0.02);
  ASSERT_TRUE(sent) << sent.error().what();
  double shown = 0;
  EXPECT_EQ(writer_.requests([&](auto& r) {
    EXPECT_TRUE(r.is("alignment"));
    EXPECT_TRUE(r.is_parameter());
    shown = r.value();
  }),
            1u);
  EXPECT_EQ(shown, 0.02);
  const auto receipt = sent.wait(5s).value();
  EXPECT_TRUE(receipt.applied());
  EXPECT_EQ(receipt.step, 10u);
  EXPECT_EQ(receipt.seq, 2u);
  EXPECT_EQ(writer_.parameter<double>("alignment"), 0.02);
  EXPECT_EQ(reader_.parameter<double>("alignment").value(), 0.02);
}

TEST_F(CppRequests, command_brings_its_arguments) {
  auto sent = reader_.command("place", {3, -1.5, 0, 2});
  std::vector<double> arguments;
  writer_.requests([&](auto& r) {
    EXPECT_TRUE(r.is_command());
    arguments.assign(r.arguments().begin(), r.arguments().end());
    EXPECT_EQ(r.argument(1), -1.5);
    EXPECT_EQ(thrown_code([&] { static_cast<void>(r.argument(4)); }), WB_ERR_ARGUMENT);
  });
  EXPECT_EQ(arguments, (std::vector<double>{3, -1.5, 0, 2}));
  EXPECT_TRUE(sent.wait(5s).value().applied());
}

TEST_F(CppRequests, refusal_reaches_the_sender_and_keeps_the_value) {
  auto sent = reader_.set("alignment", 0.02);
  writer_.requests([](auto& r) { r.refuse("not while it rains"); });
  const auto receipt = sent.wait(5s).value();
  EXPECT_EQ(receipt.status, WB_REFUSED);
  EXPECT_EQ(receipt.reason, "not while it rains");
  EXPECT_EQ(writer_.parameter<double>("alignment"), 0.001);
}

TEST_F(CppRequests, request_whose_handler_throws_is_refused) {
  auto sent = reader_.trigger("reset");
  EXPECT_THROW(writer_.requests([](auto&) { throw std::logic_error("broken"); }), std::logic_error);
  accept_all();
  const auto receipt = sent.wait(5s).value();
  EXPECT_EQ(receipt.status, WB_REFUSED);
  EXPECT_NE(receipt.reason, "");
}

TEST_F(CppRequests, what_cannot_be_sent_says_why) {
  EXPECT_EQ(reader_.set("alignment", 0.5).error().code(), WB_ERR_ARGUMENT);
  EXPECT_EQ(reader_.set("nothing", 0.5).error().code(), WB_ERR_NOT_FOUND);
  EXPECT_EQ(reader_.set("neighbours", 2.5).error().code(), WB_ERR_TYPE);
  EXPECT_EQ(reader_.set("reset", 1.0).error().code(), WB_ERR_NOT_FOUND);
  EXPECT_EQ(reader_.command("place", {1.0}).error().code(), WB_ERR_ARGUMENT);
  EXPECT_EQ(reader_.set("nothing", 0.5).wait(0ns).error().code(), WB_ERR_NOT_FOUND);
  EXPECT_EQ(accept_all(), 0u);
}

TEST_F(CppRequests, whole_number_is_accepted_for_a_real_parameter) {
  auto whole = reader_.set("neighbours", 9), real = reader_.set("speed", 2);
  EXPECT_TRUE(whole) << whole.error().what();
  EXPECT_TRUE(real) << real.error().what();
  EXPECT_EQ(accept_all(), 2u);
  EXPECT_EQ(writer_.parameter<int>("neighbours"), 9);
  EXPECT_EQ(writer_.parameter<double>("speed"), 2.0);
}

TEST_F(CppRequests, receipt_that_is_not_there_yet_is_pending) {
  auto sent = reader_.trigger("reset");
  EXPECT_EQ(sent.wait(1ms).error().code(), WB_PENDING);
}

TEST_F(CppRequests, writer_sets_its_own_parameter_for_all_to_see) {
  writer_.set_parameter("wind", true).value();
  EXPECT_EQ(reader_.parameter<bool>("wind").value(), true);
  EXPECT_EQ(writer_.set_parameter("nothing", 1.0).error().code(), WB_ERR_NOT_FOUND);
  EXPECT_EQ(writer_.set_parameter("alignment", 1.0).error().code(), WB_ERR_ARGUMENT);
}

}  // namespace
