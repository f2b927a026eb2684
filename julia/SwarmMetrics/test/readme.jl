# The README's examples with plain arrays and with windows do what they say.
readme_block(k) =
    collect(eachmatch(r"```julia\n(.*?)```"s, read(joinpath(@__DIR__, "..", "README.md"), String)))[k].captures[1]

@testset "the_readmes_plain_example_runs" begin
    sandbox = Module()
    Core.eval(sandbox, :(using SwarmMetrics))
    include_string(sandbox, readme_block(2))
    @test Core.eval(sandbox, :(clark_evans(flock))) > 0 && Core.eval(sandbox, :(polarisation(V))) < 0.2
end

@testset "the_readmes_windows_run" begin
    rng, stepping = MersenneTwister(70), Ref(true)
    with_stream(; name="swarm") do out
        writer = @async while stepping[]
            out[:position] = zeros(Float32, 2, 8)
            out[:velocity] = randn(rng, Float32, 2, 8)
            publish!(out)
            sleep(0.001)
        end
        sandbox = Module()
        said = mktemp() do path, file
            redirect_stdout(() -> include_string(sandbox, readme_block(3)), file)
            read(seekstart(file), String)
        end
        stepping[] = false
        wait(writer)
        @test count(r"^largest lead: agent [1-8]$"m, said) >= 1
        Core.eval(sandbox, :(close(swarm)))
    end
end
