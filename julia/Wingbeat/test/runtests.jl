# Runs all tests; the last line counts them: "julia: N passed, N failed".
using Test
using Wingbeat

include("support.jl")

const FILES = [
    "library", "layout", "schema", "arrays", "frames", "lifetime", "waiting", "allocation", "window", "publication", "requests",
    "restarts", "modes", "streams", "show", "vectors", "readme",
]

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
    root = Test.DefaultTestSet("Wingbeat")
    Test.push_testset(root)
    for file in files
        started = time()
        @testset "$file" begin
            include(joinpath(@__DIR__, file * ".jl"))
        end
        println(rpad(file, 12), " ", round(time() - started; digits=1), " s")
    end
    Test.pop_testset()
    return root
end

root = run_all(isempty(ARGS) ? FILES : ARGS)
passed, failed = count_results(root)
failed > 0 && Test.print_test_results(root)
println("julia: ", passed, " passed, ", failed, " failed")
exit(failed == 0 && passed > 0 ? 0 : 1)
