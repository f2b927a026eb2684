# The README's example with plain arrays does what it says.
@testset "the_readmes_plain_example_runs" begin
    text = read(joinpath(@__DIR__, "..", "README.md"), String)
    blocks = [m.captures[1] for m in eachmatch(r"```julia\n(.*?)```"s, text)]
    @test length(blocks) == 2
    sandbox = Module()
    Core.eval(sandbox, :(using SwarmMetrics))
    include_string(sandbox, blocks[2])
    @test Core.eval(sandbox, :(clark_evans(flock))) > 0 && Core.eval(sandbox, :(polarisation(V))) < 0.2
end
