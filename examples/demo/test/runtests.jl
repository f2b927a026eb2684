# Tests the demo's own pieces, without a swarm; the last line counts them: "julia: N passed, N failed".
using Test

for name in (
    "text", "order", "neighbours", "stamp", "learner", "sparkline", "picture", "record", "verdict", "options",
    "attendant", "screen",
)
    include(joinpath(@__DIR__, "..", "src", name * ".jl"))
end
using .Learner, .Neighbours, .Options, .Order, .Picture, .Record, .Screen, .Sparkline, .Stamp, .Text, .Verdict

include("flocks.jl")

const FILES = ["order", "neighbours", "stamp", "learner", "screen", "verdict", "options"]

function count_results(results)
    failed = count(r -> r isa Union{Test.Fail,Test.Error}, results.results)
    passed = results.n_passed
    for inner in results.results
        inner isa Test.AbstractTestSet || continue
        passed, failed = (passed, failed) .+ count_results(inner)
    end
    return passed, failed
end

# The set prints its failures; it must not throw, so that they can be counted.
function run_all(files)
    root = Test.DefaultTestSet("demo")
    Test.push_testset(root)
    for file in files
        @testset "$file" begin
            include(joinpath(@__DIR__, file * ".jl"))
        end
    end
    Test.pop_testset()
    return root
end

root = run_all(FILES)
passed, failed = count_results(root)
failed > 0 && Test.print_test_results(root)
println("julia: ", passed, " passed, ", failed, " failed")
exit(failed == 0 && passed > 0 ? 0 : 1)
