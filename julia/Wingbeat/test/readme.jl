# The README's code, run as it stands against a small swarm of its own.

code_blocks(text) = [replace(m[1], r"^  "m => "") for m in eachmatch(r"^ *```julia\n(.*?)^ *```$"ms, text)]

@testset "the_code_of_the_readme_runs" begin
    blocks = code_blocks(read(joinpath(PACKAGE, "README.md"), String))
    @test length(blocks) >= 6
    with_directory() do
        controls = (
            parameters=(alignment=parameter(0.001; min=1e-5, max=0.1),), triggers=(:clear_attractors,),
            commands=(place=(:id, :x, :y, :z),),
        )
        fields = (position=per_agent(Float32, 3), velocity=per_agent(Float32, 3))
        publish("swarm"; capacity=50, fields=fields, controls...) do out
            running = Ref(true)
            writer = @async while running[]
                out[:position] .= rand(Float32, 3, 50)
                out[:velocity] .= rand(Float32, 3, 50)
                publish!(out)
                foreach(identity, requests(out))
                sleep(0.001)
            end
            reader = Module(:Readme)
            for block in blocks
                problem = thrown() do
                    redirect_stdout(() -> include_string(reader, block), open("/dev/null", "w"))
                end
                @test (problem, block) == (nothing, block)
            end
            running[] = false
            wait(writer)
            @test params(out)[:alignment] == 0.001
            Core.eval(reader, :(close(swarm)))
        end
    end
end
