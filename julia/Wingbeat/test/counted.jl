# Shared by the Julia suites of this checkout: runs test files, and ends with the line that scripts/test reads,
# "julia: N passed, N failed".
using Test

# A test set that counts. It shows each failure at once and never throws.
mutable struct Counted <: Test.AbstractTestSet
    description::String
    passed::Int
    failed::Int
end
Counted(description::AbstractString; options...) = Counted(description, 0, 0)

Test.record(set::Counted, result::Test.Pass) = (set.passed += 1; result)
Test.record(::Counted, result::Test.Broken) = result
function Test.record(set::Counted, result::Test.Result)
    set.failed += 1
    println("In ", set.description, ":\n", result, "\n")
    return result
end
function Test.record(set::Counted, inner::Counted)
    set.passed += inner.passed
    set.failed += inner.failed
    return inner
end
function Test.finish(set::Counted)
    Test.get_testset_depth() == 0 || Test.record(Test.get_testset(), set)
    return set
end

# Test sets inside are of the same type.
function run_all(title, folder, files)
    return @testset Counted "$title" begin
        for file in files
            started = time()
            @testset "$file" begin
                include(joinpath(folder, file * ".jl"))
            end
            println(rpad(file, 12), " ", round(time() - started; digits=1), " s")
        end
    end
end

"Runs the files of a folder (names without .jl), prints the numbers of tests, and exits with 0 if all have passed."
function run_counted(title, folder, files)
    total = run_all(title, folder, files)
    println("julia: ", total.passed, " passed, ", total.failed, " failed")
    return exit(total.failed == 0 && total.passed > 0 ? 0 : 1)
end
