# The expected content of a window: the copies of its last frames, with zeros for agents beyond the count.
function expected_window(copies, W, capacity)
    last_ones = copies[max(1, end - W + 1):end]
    X = zeros(Float32, 3, capacity, length(last_ones))
    m = zeros(Float64, capacity, length(last_ones))
    for (k, c) in enumerate(last_ones)
        X[:, 1:(c.count), k] = c[:position]
        m[1:(c.count), k] = c[:mass]
    end
    return X, m, [c.seq for c in last_ones], [c.count for c in last_ones]
end

shows(w, copies, W, capacity) = (w[:position], w[:mass], w.seqs, w.counts) == expected_window(copies, W, capacity)

@testset "a_window_equals_the_copied_frames_with_changing_counts" begin
    with_flock(; frames=0, mode=:every) do out, swarm
        w = window(swarm, 5, :position, :mass)
        @test length(w) == 0 && !isfull(w) && size(w[:position]) == (3, 8, 0) && isempty(w.seqs)
        copies = FrameCopy[]
        for count in [8, 3, 0, 7, 8, 1, 2, 5, 8, 4, 6, 8]
            fly!(out; count=count)
            frame = take!(swarm)
            push!(copies, copy(frame))
            push!(w, frame)
            @test shows(w, copies, 5, 8)
        end
        @test isfull(w) && length(w) == 5 && keys(w) == [:position, :mass]
    end
end

w_position(w) = w[:position]

@testset "a_window_is_dense_and_its_reshape_is_free" begin
    with_flock(; frames=0, mode=:every) do out, swarm
        w = window(swarm, 4, :position)
        for _ in 1:7
            fly!(out)
            update!(w)
        end
        X = w[:position]
        @test X isa FieldArray{Float32,3} && size(X) == (3, 8, 4) && strides(X) == (1, 3, 24)
        Y = reshape(X, 24, 4)
        @test pointer(Y) == pointer(X) && Y isa StridedMatrix
        @test Y[:, 4] == vec(position_of(7, 8)) && Y * Y' ≈ Array(Y) * Array(Y)'
        @test @inferred(w_position(w)) isa FieldArray{Float32,3}
        @test_throws ReadOnlyFrame X[1] = 0
        fly!(out)
        update!(w)
        @test_throws FrameReleased X[1]
        @test_throws FrameReleased Y * Y'
    end
end

@testset "a_window_waits_for_each_new_frame_and_says_when_there_was_none" begin
    with_flock(; mode=:every) do out, swarm
        seen = Int[]
        for w in window(swarm, 3, :mass)
            push!(seen, last(w.seqs))
            @test w[:mass][:, end] == mass_of(last(seen), 8)
            last(seen) == 6 && break
            fly!(out)
        end
        @test seen == 1:6
        fly!(out)
        w = window(swarm, 3, :mass)
        @test update!(w) && !update!(w; timeout=0) && !update!(w; timeout=0.02) && length(w) == 1
    end
end

@testset "a_window_goes_on_through_a_restart_with_the_same_schema" begin
    with_directory() do
        out = flock("flock")
        swarm = subscribe("flock"; mode=:every)
        w, copies = window(swarm, 4, :position, :mass), FrameCopy[]
        function step(count)
            fly!(out; count=count)
            frame = wait(swarm; timeout=10)
            push!(copies, copy(frame))
            push!(w, frame)
        end
        foreach(step, [8, 5, 6])
        close(out)
        out = flock("flock")
        foreach(step, [1, 8, 2])
        @test restarts(swarm) == 1
        @test w.seqs == 3:6 && shows(w, copies, 4, 8)
        foreach(close, (swarm, out))
    end
end

@testset "a_window_refuses_frames_of_other_shapes" begin
    with_directory() do
        out = flock("flock")
        swarm = subscribe("flock"; mode=:every)
        fly!(out)
        w = window(swarm, 4, :position)
        update!(w)
        close(out)
        flock("flock"; capacity=9) do second
            fly!(second)
            @test_throws Wingbeat.TypeMismatch update!(w)
            @test w.seqs == [1] && w[:position][:, :, 1] == position_of(1, 8) # as it was
            w2 = window(swarm, 4, :position)
            fly!(second)
            @test update!(w2) && size(w2[:position]) == (3, 9, 1)
        end
        close(swarm)
    end
end

@testset "windows_say_what_is_wrong" begin
    with_flock() do out, swarm
        each_throws(
            Wingbeat.InvalidArgument, () -> window(swarm, 0, :position), () -> window(swarm, 10^7, :position),
            () -> window(swarm, 10),
        )
        @test_throws Wingbeat.NotFound window(swarm, 10, :speed)
        w = window(swarm, 2, :mass)
        @test occursin("mass", thrown(() -> w[:position]).message)
        frame = take!(swarm)
        release(frame)
        @test_throws FrameReleased push!(w, frame)
        close(w)
        each_throws(Wingbeat.Closed, () -> update!(w), () -> w[:mass])
        @test isopen(swarm)
    end
end
