@testset "the command line is read" begin
    settings = parse_options(["--seconds", "10", "--inject", "torn", "--json", "out.json", "--join", "--plain"])
    @test settings.seconds == 10
    @test settings.inject == "torn"
    @test settings.json == "out.json"
    @test settings.join && settings.plain && !settings.help
    @test parse_options(String[]).seconds == 30
    @test parse_options(["-h"]).help
end

@testset "a wrong command line is refused with what would be right" begin
    message(arguments) =
        try
            parse_options(arguments)
            ""
        catch err
            err isa UsageError || rethrow()
            sprint(showerror, err)
        end
    @test occursin("5 to 300", message(["--seconds", "1"]))
    @test occursin("5 to 300", message(["--seconds", "soon"]))
    @test occursin("needs a value", message(["--seconds"]))
    @test occursin("torn, deaf, frozen", message(["--inject", "fire"]))
    @test occursin("unknown option", message(["--fast"]))
end
