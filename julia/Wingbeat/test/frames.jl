@testset "a_frame_has_the_writers_numbers_and_its_copy_keeps_them" begin
    with_flock(; count=5) do out, swarm
        f = take!(swarm)
        @test (f.seq, f.step, f.time, f.count, f.missed, f.epoch, f.generation) == (1, 10, 1 / 60, 5, 0, 1, 1)
        @test keys(f) == [:position, :mass, :grid] && haskey(f, :mass) && !haskey(f, :speed)
        @test size(f[:position]) == (3, 5) && size(f[:mass]) == (5,) && f["grid"] == fill(1, 2, 3)
        @test 0 <= age(f) < 60
        @test schema(f) == schema(swarm) && labels(f, :position) == ["x", "y", "z"]
        @test occursin("position, mass, grid", thrown(() -> f[:speed]).message)
        c = copy(f)
        fly!(out)
        take!(swarm)
        @test c isa FrameCopy && (c.seq, c.step, c.count) == (1, 10, 5) && keys(c) == [:position, :mass, :grid]
        @test c[:position] isa Matrix{Float32} && c[:position] == position_of(1, 5)
    end
end

@testset "use_after_the_turn_throws" begin
    with_flock() do out, swarm
        first_frame = take!(swarm)
        X = first_frame[:position]
        v, r, u = view(X, :, 1), reshape(X, 24), reinterpret(UInt32, X)
        fly!(out)
        take!(swarm)
        @test_throws FrameReleased first_frame[:position]
        each_throws(
            FrameReleased, () -> X[1], () -> X[1, 2], () -> pointer(X), () -> v[1], () -> r[3], () -> u[1],
            () -> X .+ 1, () -> sum(X), () -> copy(X), () -> X * X', () -> first(X), () -> collect(x for x in X),
            () -> reshape(X, 24), () -> X[:, 1], () -> reinterpret(UInt32, X), () -> hold(first_frame), () -> X == X,
        )
        @test occursin("copy", thrown(() -> X[1]).message)
        @test first_frame.seq == 1 # its numbers are its own
        inbounds(A) = @inbounds A[1]
        if !checks_all_the_same() # as Julia does with --check-bounds=yes
            @test inbounds(X) isa Float32 # inside the mapping
        end
    end
end

@testset "hold_keeps_a_frame_beyond_the_turn_until_release" begin
    with_flock(; leases=3, mode=:every) do out, swarm
        kept = Frame[]
        for frame in swarm
            frame.seq <= 2 && push!(kept, hold(frame))
            frame.seq == 5 ? break : fly!(out)
        end
        @test [f[:position] == position_of(f.seq, 8) for f in kept] == [true, true]
        X = kept[1][:position]
        release(kept[1])
        @test_throws FrameReleased X[1]
        @test kept[2][:mass] == mass_of(2, 8)
        release(kept[1]) # again: nothing
        fly!(out)
        @test take!(swarm).seq == 6
        hold(kept[2])
        release(kept[2])
        @test_throws FrameReleased kept[2][:mass]
    end
end

@testset "holding_more_than_the_leases_says_so_and_a_release_gives_one_back" begin
    with_flock(; leases=2, mode=:every) do out, swarm
        held() = (frame = hold(take!(swarm)); fly!(out); frame)
        kept = [held(), held()]
        for seq in 3:40
            err = thrown(() -> take!(swarm))
            @test err isa Wingbeat.NoRoom && occursin("release", err.message)
            release(popfirst!(kept))
            push!(kept, held())
            @test last(kept).seq == seq
        end
    end
end

@testset "latest_gives_the_newest_in_a_block_inside_the_loop" begin
    with_flock() do out, swarm
        for frame in swarm
            fly!(out)
            seq, X = latest(swarm) do newest
                @test newest[:position] == position_of(newest.seq, 8)
                newest.seq, newest[:position]
            end
            @test seq == frame.seq + 1 && frame[:mass] == mass_of(frame.seq, 8)
            @test_throws FrameReleased X[1]
            fly!(out) # what latest() took is not new to the loop
            frame.seq == 9 && break
        end
        @test latest(f -> f.seq, swarm) == latest(f -> f.seq, swarm) == 11 # seen before or not
        release(latest(swarm))
        frame = latest(swarm)
        @test frame[:mass] == mass_of(11, 8)
        release(frame)
        @test latest(hold, swarm)[:mass] == mass_of(11, 8)
    end
end

@testset "latest_without_a_frame_waits_and_says_so" begin
    with_flock(; frames=0) do out, swarm
        @test_throws Wingbeat.StreamNotReady latest(identity, swarm; timeout=0.05)
        @async (sleep(0.1); fly!(out))
        @test latest(f -> f.seq, swarm) == 1
    end
end

@testset "typed_readers_are_type_stable_and_checked" begin
    with_flock(; fields=(position=Float32, mass=Float64)) do out, swarm
        frame = take!(swarm)
        get_position(f) = f[:position]
        get_mass(f) = f[:mass]
        @test @inferred(get_position(frame)) == position_of(1, 8)
        @test @inferred(get_mass(frame)) == mass_of(1, 8)
        @test keys(frame) == [:position, :mass]
        @test occursin("position, mass", thrown(() -> frame[:grid]).message)
        @test_throws Wingbeat.TypeMismatch subscribe("flock"; fields=(position=Float64,))
        @test_throws Wingbeat.NotFound subscribe("flock"; fields=(speed=Float64,))
    end
end

@testset "a_closed_reader_says_so_and_frames_on_hold_outlive_it" begin
    with_flock() do out, swarm
        frame = hold(take!(swarm))
        fly!(out)
        X = take!(swarm)[:position]
        close(swarm)
        close(swarm)
        @test !isopen(swarm)
        each_throws(Wingbeat.Closed, () -> take!(swarm), () -> stats(swarm), () -> latest(swarm))
        @test collect(swarm) == []
        @test frame[:position] == position_of(1, 8)
        release(frame)
        each_throws(FrameReleased, () -> X[1], () -> frame[:position])
        @test isempty(streams("flock").readers)
    end
end

@testset "several_readers_see_the_same_frames_independently" begin
    with_flock(; frames=0, writer=(leases=12,), mode=:every) do out, swarm
        others = [subscribe("flock"; leases=1, mode=iseven(k) ? :every : :latest, label="reader $k") for k in 1:8]
        foreach(_ -> fly!(out), 1:3)
        for (k, other) in enumerate(others)
            @test take!(other).seq == (iseven(k) ? 1 : 3)
        end
        @test [take!(swarm).seq for _ in 1:3] == 1:3
        @test length(streams("flock").readers) == 9
        copying = subscribe("flock"; leases=6)
        @test stats(copying).way === :copy
        close(copying)
        foreach(close, others)
        @test length(streams("flock").readers) == 1
    end
end
