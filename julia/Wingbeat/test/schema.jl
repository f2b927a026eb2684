@testset "a_schema_has_fields_controls_and_attributes" begin
    with_directory() do
        parameters = (rate=parameter(0.5; min=0, max=1, unit="1/s", help="how fast"), n=3, on=true,
            mode=parameter(:slow; choices=(:fast, :slow)))
        flock("flock"; parameters=parameters, triggers=(reset="start anew",), commands=(place=(:id, :x),),
            attributes=("model" => "zones", "model" => "vicsek")) do out
            subscribe("flock") do swarm
                s = schema(swarm)
                @test (s.stream, s.capacity, keys(s)) == ("flock", 8, [:position, :mass, :grid])
                p = s[:position]
                @test (p.type, p.shape, p.labels, p.unit, p.per_agent) == (Float32, [3, 8], ["x", "y", "z"], "m", true)
                @test (s[:mass].shape, s[:mass].per_agent) == ([8], true)
                @test (s[:grid].type, s[:grid].shape, s[:grid].per_agent) == (Int32, [2, 3], false)
                @test labels(swarm, :position) == ["x", "y", "z"]
                @test attributes(swarm) == Dict("model" => "vicsek") == attributes(out)
                controls = Dict(c.name => c for c in s.controls)
                rate = controls[:rate]
                @test (rate.type, rate.initial, rate.minimum, rate.maximum, rate.unit, rate.help) ==
                    (Float64, 0.5, 0.0, 1.0, "1/s", "how fast")
                @test (controls[:n].type, controls[:n].initial, controls[:n].minimum) == (Int, 3, nothing)
                @test (controls[:on].type, controls[:on].initial) == (Bool, true)
                @test (controls[:mode].type, controls[:mode].initial, controls[:mode].choices) == (Symbol, :slow, [:fast, :slow])
                @test (controls[:reset].kind, controls[:reset].help) == (:trigger, "start anew")
                @test (controls[:place].kind, controls[:place].arguments) == (:command, [:id, :x])
                @test s == schema(out)
            end
        end
    end
end

@testset "unknown_names_are_answered_with_the_names_there_are" begin
    with_flock() do out, swarm
        err = thrown(() -> schema(swarm)[:speed])
        @test err isa Wingbeat.NotFound
        @test occursin("position, mass, grid", err.message)
        @test occursin("none", thrown(() -> params(swarm)[:speed]).message)
    end
end
