@testset "a_writer_fills_the_slot_in_place" begin
    with_flock(; frames=0) do out, swarm
        P = out[:position]
        @test P isa SlotArray{Float32,2} && size(P) == (3, 8) && P isa StridedMatrix
        P .= position_of(1, 8)
        P[1, 1] = 7
        P[3] += 1
        view(P, :, 2) .= 5
        out[:mass] .= 1:8
        out[:grid] .= reshape(1:6, 2, 3)
        @test publish!(out; step=3, time=0.25) == 1
        frame = take!(swarm)
        expected = position_of(1, 8)
        expected[1, 1], expected[3, 1] = 7, expected[3, 1] + 1
        expected[:, 2] .= 5
        @test frame[:position] == expected && frame[:mass] == 1:8 && frame[:grid] == [1 3 5; 2 4 6]
        @test (frame.step, frame.time, frame.count) == (3, 0.25, 8)
        each_throws(FrameReleased, () -> P[1] = 0, () -> P .= 0)
    end
end

@testset "blas_writes_into_the_slot" begin
    using LinearAlgebra
    with_flock(; frames=0) do out, swarm
        A, B = rand(Float32, 3, 3), rand(Float32, 3, 8)
        mul!(out[:position], A, B)
        out[:mass] .= 0
        axpy!(2.0, ones(8), out[:mass])
        publish!(out)
        frame = take!(swarm)
        @test frame[:position] ≈ A * B && frame[:mass] == fill(2.0, 8)
    end
end

@testset "assigning_copies_and_sets_the_count" begin
    with_flock(; frames=0) do out, swarm
        out[:position] = position_of(1, 5)
        out[:mass] = view(mass_of(1, 8), 1:5)
        publish!(out)
        frame = take!(swarm)
        @test frame.count == 5 && frame[:position] == position_of(1, 5) && frame[:mass] == mass_of(1, 5)
        out[:position] = position_of(2, 4)
        @test_throws Wingbeat.InvalidArgument out[:mass] = mass_of(2, 5)
        each_throws(
            Wingbeat.TypeMismatch, () -> out[:position] = zeros(Float32, 2, 4),
            () -> out[:position] = zeros(Float32, 3, 9), () -> out[:grid] = zeros(Int32, 3, 2),
        )
        @test_throws Wingbeat.NotFound out[:speed]
        out[:mass] = [1, 2, 3, 4] # integers become Float64
        publish!(out)
        @test take!(swarm)[:mass] == 1:4
        publish!(out; count=3)
        @test take!(swarm).count == 3
        @test_throws Wingbeat.WingbeatError publish!(out; count=9)
    end
end

@testset "the_previous_frame_can_be_read_while_the_next_is_filled" begin
    with_flock(; frames=0) do out, swarm
        @test previous(out, :mass) === nothing
        out[:mass] .= 1
        publish!(out; count=6)
        for k in 2:30
            p = previous(out, :mass)
            @test length(p) == (k == 2 ? 6 : 8) && all(==(k - 1), p)
            out[:mass] .= 0
            out[:mass][1:length(p)] .= p .+ 1
            out[:mass] .= k
            publish!(out)
        end
        @test take!(swarm)[:mass] == fill(30.0, 8)
    end
end

@testset "the_code_of_a_model_is_published_in_a_block" begin
    with_directory() do
        seen = publish("latent"; code=zeros(Float32, 10), error=0.0) do out
            subscribe("latent") do latent
                out[:code] .= 1:10
                out[:error] .= 0.5
                publish!(out)
                frame = take!(latent)
                (copy(frame[:code]), copy(frame[:error]), frame.step, frame.time)
            end
        end
        @test seen == (1:10, [0.5], 1, 1.0)
        @test !any(s -> s.name == "latent" && s.writer === :alive, streams())
    end
end

@testset "wrong_descriptions_are_refused" begin
    with_directory() do
        wrong(; options...) = () -> publish("a"; options...)
        @test_throws Wingbeat.InvalidName publish("a b"; x=[1.0])
        each_throws(
            Wingbeat.InvalidArgument, wrong(; x="text"), wrong(; x=Any[1]), () -> parameter(:x),
            () -> parameter(1.0; min=0), wrong(; x=[1.0], parameters=(p=parameter(:x; choices=(:y, :z)),)),
        )
        each_throws(
            Wingbeat.WingbeatError, wrong(; x=[1.0], capacity=0), wrong(; x=per_agent(Float64, 0)),
            wrong(; x=[1.0], leases=5000),
        )
        @test isempty(streams())
    end
end

@testset "a_closed_writer_says_so" begin
    with_directory() do
        out = flock("flock")
        P = out[:position]
        foreach(close, (out, out))
        @test !isopen(out)
        @test_throws FrameReleased P[1]
        each_throws(Wingbeat.Closed, () -> publish!(out), () -> out[:position], () -> stats(out))
    end
end

@testset "a_writer_that_is_garbage_ends_its_stream" begin
    with_directory() do
        @noinline make() = (publish!(publish("x"; x=[1.0])); nothing)
        make()
        s = subscribe("x")
        @test eventually(() -> (GC.gc(); sleep(0.01); !stats(s).writer_alive))
        close(s)
    end
end
