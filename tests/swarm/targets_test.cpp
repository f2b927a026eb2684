// The same bits from every kind of vectors that this processor has.
#include <hwy/highway.h>

#include "model_support.hpp"

namespace swarm::test {
namespace {

// From now on the swarm has only these to choose from.
void use_targets(std::int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

class Targets : public testing::Test {
 protected:
  ~Targets() override { use_targets(0); }
};

TEST_F(Targets, change_no_bit) {
  for (const ModelInfo* model : models()) {
    const Options options{.agents = 700, .model = std::string(model->name)};
    use_targets(0);
    const auto best = state_after(options, 20);
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      use_targets(target);
      EXPECT_EQ(hwy::SupportedAndGeneratedTargets(), std::vector<std::int64_t>{target});
      EXPECT_EQ(state_after(options, 20), best) << model->name << ", " << hwy::TargetName(target);
      use_targets(0);
    }
  }
}

}  // namespace
}  // namespace swarm::test
