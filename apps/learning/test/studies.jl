using SwarmApps
using SwarmApps: y_ticks, axes_of

results(checks) = Results("name", ["a"], [Any[1.0]], Figure("t", "x", "y", [Series("s", [1, 2], [0.5, NaN], "#000", :line)]), checks)

@testset "what_is_not_judged_neither_holds_nor_fails" begin
    good, bad = Check("a", 1.0, "1", true), Check("b", 2.0, "1", false)
    quick = timing("c", 3.0, "1", false; judged=false)
    @test exit_code(results([good, quick])) == 0 && exit_code(results([good, bad])) == 1
    @test exit_code(results([timing("c", 3.0, "1", false; judged=true)])) == 1
    @test last(verdict_lines(results([good, quick]))) == "name: 1 of 2 checks hold, 1 skipped: how fast, which --short does not judge"
    @test occursin("\"what\":\"c\",\"measured\":3.0,\"known\":\"1\",\"holds\":null", json_line(results([quick])))
    @test occursin("\"holds\":true,\"checks\":[]", json_line(results(Check[])))
end

@testset "figures_leave_out_what_is_not_a_number_and_know_powers_of_ten" begin
    s = Series("s", [1, 2, 3], [0.002, NaN, 0.5], "#000", :curve)
    picture = svg(Figure("t", "x", "y", [s]; logarithmic=true))
    @test occursin("polyline", picture) && !occursin("NaN", picture) && occursin(">0.001<", picture)
    @test y_ticks(axes_of(Figure("t", "x", "y", [s]; logarithmic=true))) ≈ [0.001, 0.01, 0.1, 1]
    @test occursin("viewBox=\"0 0 640 840\"", svg([Figure("t", "x", "y", [s]), Figure("t", "x", "y", [s]; y=nothing)]))
    @test thinned("s", collect(1.0:1300), "#000", :curve).y[1:2] == [2, 5]
end

@testset "numbers_on_a_command_line_are_what_they_should_be" begin
    @test number("--n", "3", Int, 1) === 3 && number("--x", "0.5", Float64, 0) === 0.5
    for text in ("0", "x", "1.5")
        @test_throws UsageError number("--n", text, Int, 1)
    end
end
