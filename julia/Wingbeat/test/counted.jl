# What the Julia suites of this checkout share: runs test files, and ends with the line that scripts/test reads,
# "julia: N passed, N failed".
using Test

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
function run_all(title, folder, files)
    root = Test.DefaultTestSet(title)
    Test.push_testset(root)
    for file in files
        started = time()
        @testset "$file" begin
            include(joinpath(folder, file * ".jl"))
        end
        println(rpad(file, 12), " ", round(time() - started; digits=1), " s")
    end
    Test.pop_testset()
    return root
end

"Runs the files of a folder (names without .jl), says how many tests passed and failed, and ends Julia with 0 if all did."
function run_counted(title, folder, files)
    root = run_all(title, folder, files)
    passed, failed = count_results(root)
    failed > 0 && Test.print_test_results(root)
    println("julia: ", passed, " passed, ", failed, " failed")
    return exit(failed == 0 && passed > 0 ? 0 : 1)
end
