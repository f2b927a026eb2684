# A ring of n agents in frame `step`; it turns, or goes straight on.
function fly!(out, step; n=12, turns=true)
    angles = 2pi .* (1:n) ./ n
    out[:position] = Float32.(hcat(cos.(angles), sin.(angles))') .+ 5
    out[:velocity] = turns ? Float32.(hcat(-sin.(angles), cos.(angles))') : repeat(Float32[1, 0], 1, n)
    publish!(out; step=step, time=step / 10)
end

@testset "each_value_belongs_to_a_step" begin
    with_stream() do out
        fly!(out, 100)
        live("flock", polarisation, rotation, :spread => cohesion, clusters(0.6), state) do loop
            m = first(loop)
            @test (m.step, m.time, m.seq, m.count, m.skipped) == (100, 10.0, 1, 12, 0)
            @test keys(m) == (:polarisation, :rotation, :spread, :clusters, :state)
            @test m.polarisation < 1e-6 && isapprox(m.rotation, 1; atol=1e-5) && isapprox(m.spread, 1; atol=1e-5) && m.clusters == 1 && m.state === :milling
            foreach(step -> fly!(out, step; turns=step < 104), 101:104)
            m = first(loop)
            @test (m.step, m.skipped) == (104, 3) && m.polarisation ≈ 1 && m.state === :polarised
            @test occursin("step 104", string(m)) && occursin("3 skipped", string(m))
        end
    end
end

@testset "results_are_a_stream" begin
    with_stream() do out
        fly!(out, 7)
        live("flock", polarisation, state; publish="order") do loop
            subscribe("order") do order
                @test attributes(order)["measured"] == "flock"
                m = first(loop)
                frame = wait(order; timeout=10)
                @test (frame.step, frame.time) == (7, 0.7)
                @test frame[:polarisation][1] == m.polarisation && frame[:state][1] == 1 && frame[:skipped][1] == 0
                fly!(out, 8), fly!(out, 9)
                m = first(loop)
                frame = wait(order; timeout=10)
                @test (frame.step, frame[:skipped][1]) == (9, 1)
            end
        end
    end
end

@testset "the_box_is_what_the_stream_says" begin
    place!(out) = (out[:position] = Float32[0.5 9.5; 5 5]; out[:velocity] = zeros(Float32, 2, 2); publish!(out; step=1))
    with_stream(; attributes=("boundary" => "periodic", "box" => "10")) do out
        place!(out)
        live(loop -> (@test first(loop).nearest_neighbour == 1), "flock", nearest_neighbour)
        live(loop -> (@test first(loop).nearest_neighbour == 9), "flock", nearest_neighbour; box=nothing)
        live(loop -> (@test first(loop).nearest_neighbour == 3), "flock", nearest_neighbour; box=(12, 40))
    end
    with_stream(; attributes=("boundary" => "open",)) do out
        place!(out)
        live(loop -> (@test first(loop).nearest_neighbour == 9), "flock", nearest_neighbour)
    end
    with_stream(; attributes=("boundary" => "periodic", "box" => "large")) do out
        @test_throws ArgumentError live(identity, "flock", nearest_neighbour)
    end
end

@testset "frames_are_measured_like_arrays" begin
    with_stream() do out
        fly!(out, 1)
        subscribe("flock") do swarm
            latest(swarm) do frame
                X, V = copy(frame[:position]), copy(frame[:velocity])
                @test polarisation(frame) == polarisation(V) && rotation(frame) == rotation(X, V)
                @test cohesion(frame) == cohesion(X) && nearest_neighbour(frame) == nearest_neighbour(X)
                @test cluster_count(frame, 1) == cluster_count(X, 1) && density(frame) == density(X)
            end
            fly!(out, 2)
            kept = copy(wait(swarm; timeout=10))
            @test polarisation(kept) < 1e-6 && state(kept) === :milling
        end
    end
end

@testset "what_cannot_be_measured_is_said_at_once" begin
    with_stream() do out
        fly!(out, 1)
        subscribe("flock") do swarm
            @test_throws ArgumentError live(swarm)
            @test_throws ArgumentError live(swarm, 3)
            @test_throws ArgumentError live(swarm, cohesion, :cohesion => density)
        end
    end
    with_stream(; fields=(position=per_agent(Float32, 2),)) do out
        out[:position] = zeros(Float32, 2, 3)
        publish!(out; step=1)
        live(loop -> (@test_throws ArgumentError first(loop)), "flock", polarisation)
        live(loop -> (@test first(loop).cohesion == 0), "flock", cohesion)
    end
end

@testset "windows_say_who_leads" begin
    with_stream() do out
        path = cumsum(0.3 .* randn(MersenneTwister(60), 400))
        agents, window_frames = 5, 120
        subscribe("flock"; mode=:every) do swarm
            w = window(swarm, window_frames, :velocity)
            for step in 11:210 # agent 3 turns first, the others 10 frames later, each a little astray
                angles = [path[step - (i == 3 ? 0 : 10)] for i in 1:agents] .+ 0.05 .* sin.((1:agents) .* step)
                out[:position] = zeros(Float32, 2, agents)
                out[:velocity] = Float32.(hcat(cos.(angles), sin.(angles))')
                publish!(out; step=step)
                update!(w; timeout=10)
            end
            V = w[:velocity]
            @test size(V) == (2, 64, window_frames) && all(==(1), diff(w.seqs))
            l = leadership(V; delays=20)
            led = net_leadership(l)
            @test l.delay[3, 1:5] == [10, 10, 0, 10, 10] && argmax(led[1:5]) == 3 && all(iszero, led[6:end])
            T = transfer_entropy(V[:, 1:agents, :]; lag=10)
            @test argmax(vec(sum(T; dims=2) .- sum(T; dims=1)')) == 3
            @test all(isfinite, values(emergence(headings(V[:, 1:agents, :]))))
            @test occursin("agent 6 does not change", sprint(showerror, try emergence(V) catch err; err end))
        end
    end
end
