using SwarmApps: axes_of, parse_arguments, time_left, y_ticks

results(checks) =
    Results("name", ["a"], [Any[1.0]], Figure("t", "x", "y", [Series("s", [1, 2], [0.5, NaN], "#000", :line)]), checks)

@testset "what_is_not_judged_neither_holds_nor_fails" begin
    good, bad = Check("a", 1.0, "1", true), Check("b", 2.0, "1", false)
    quick = timing("c", 3.0, "1", false; judged=false)
    @test exit_code(results([good, quick])) == 0 && exit_code(results([good, bad])) == 1
    @test exit_code(results([timing("c", 3.0, "1", false; judged=true)])) == 1
    @test last(verdict_lines(results([good, quick]))) ==
        "name: 1 of 2 checks hold, 1 skipped: how fast, which --short does not judge"
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

const SAMPLE = Program(
    "scripts/sample", "kind", "Does this and that.", ["one" => "the first", "two" => "the second"],
    [
        Option(:count, "N", 1, "how many (default 1)", whole(1)), Option(:share, "S", 0.5, "a share", decimal(0, 1)),
        Option(:burn_in, "N", 0, "steps", whole(0)), Option(:list, "LIST", [1.0], "numbers", decimals(0)),
        Option(:fault, "F", "", "torn or deaf", one_of("torn", "deaf")), Option(:out, "FILE", "", "a file", anything),
        Option(:short, "shorter"),
    ],
)

@testset "a_command_line_is_read" begin
    words = ["two", "--count", "3", "--short", "--burn-in", "7", "--list", "3,1.5", "--fault", "deaf", "--out", "x y"]
    choice, o = parse_arguments(SAMPLE, words)
    @test (choice, o.count, o.share, o.burn_in, o.list, o.fault, o.out, o.short) == (
        "two", 3, 0.5, 7, [3.0, 1.5], "deaf", "x y", true
    )
    @test !last(parse_arguments(SAMPLE, ["one"])).short
end

@testset "a_wrong_command_line_is_refused_with_what_would_be_right" begin
    for (words, text) in (
        (["three"], "one, two"), (["one", "--fast"], "--help"), (["one", "--count"], "needs a value"), (
            ["one", "--count", "1.5"], "whole number from 1"
        ),
        (["one", "--count", "0"], "from 1"), (["one", "--share", "2"], "0 to 1"),
        (["one", "--share", "NaN"], "--share"), (["one", "--list", "1,x"], "--list"),
        (["one", "--fault", "fire"], "torn, deaf"),
    )
        err = try parse_arguments(SAMPLE, words) catch e e end
        @test err isa UsageError && occursin(text, sprint(showerror, err))
    end
end

@testset "the_help_names_every_choice_and_option" begin
    text = help_text(SAMPLE)
    @test startswith(text, "usage: scripts/sample KIND [options]")
    @test all(word -> occursin(word, text), ("  one  ", "--burn-in N", "how many (default 1)", "--short", "Exit code"))
end

@testset "progress_tells_the_time_that_is_left_and_keeps_quiet_between" begin
    out = IOBuffer()
    p = Progress(; out=out, live=false, interval=5.0)
    p.began = Inf # so that the time left is not shown below
    @test time_left(0.25, 30) == ", about 90 s left" && time_left(0.1, 30) == ", about 4 min left"
    @test time_left(0, 30) == time_left(NaN, 30) == time_left(1, 30) == ""
    show!(p, 0.25, "a quarter", [Row("x", "1"), Row("y", "")])
    show!(p, 0.3, "too soon")
    show!(p, 1, "done")
    @test String(take!(out)) == "a quarter: x 1\ndone\n"
end

@testset "progress_on_a_terminal_stays_where_it_is_and_fits_its_width" begin
    for width in (40, 80, 200)
        out = IOBuffer()
        p = Progress(; out=IOContext(out, :displaysize => (24, width)), live=true, interval=0.0)
        rows = [Row("x", "1", collect(1.0:99), 100, 0.0, 99.0), Row("y", "2")]
        show!(p, NaN, "a title"^20, rows)
        lines = split(chomp(replace(String(take!(out)), r"\e\[[0-9;]*[a-zA-Z]|\r" => "")), '\n')
        @test length(lines) == 3 && maximum(length, lines) < max(width, 49)
        show!(p, NaN, "again", rows)
        @test startswith(String(take!(out)), "\e[3A\r")
    end
end

@testset "numbers_are_written_as_they_are_read" begin
    @test fixed(3.14159, 2) == "3.14" && fixed(-0.001, 2) == "0.00" && fixed(-1.5, 0) == "-2" && fixed(NaN, 2) == "-"
    @test grouped(1234567) == "1,234,567"
    @test microseconds(1234) == "1.2" && microseconds(45678) == "46"
    @test percent(0.0312) == "3.1"
    @test short.([0.1234, -2.5, 0.0, 0.00996, -4.2e-4, 9.7e-5]) == [
        "0.123", "-2.500", "0.000", "0.010", "-4e-4", "1e-4"
    ]
end

@testset "a_curve_rises_from_the_lowest_to_the_highest_block_and_leaves_gaps" begin
    @test sparkline([0.0, 0.5, 1.0, NaN], 0, 1) == "▁▅█ "
    @test sparkline([2.0, 2.0], 2, 2) == "▁▁"
    @test column_means([1.0, 3.0, 5.0, 7.0], 1, 4, 2) == [2.0, 6.0]
    @test isequal(column_means([1.0, 3.0], 1, 4, 2), [2.0, NaN])
    @test isequal(column_means([1.0, 3.0], -1, 2, 2), [NaN, 2.0])
end

@testset "json_is_what_every_reader_of_json_accepts" begin
    @test json("a\"b\\c\n\e[1m") == "\"a\\\"b\\\\c\\u000a\\u001b[1m\""
    @test json(["a" => 1, "b" => Any[NaN, true, missing], "c" => "é"]) == "{\"a\":1,\"b\":[null,true,null],\"c\":\"é\"}"
end

@testset "percentiles_are_values_that_occurred" begin
    values = Float64.(100:-1:1)
    @test percentile(values, 0.5) == 50 && percentile(values, 0.99) == 99 && isnan(percentile(Float64[], 0.5))
    @test standard_error([1.0, 3.0]) ≈ 1 && isnan(standard_error([1.0]))
end
