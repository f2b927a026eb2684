# Arrays and arrays derived from them keep their memory mapped, without their frame, reader and writer.

function derived_arrays(frame)
    X, m = frame[:position], frame[:mass]
    return Any[
        X, m, view(X, :, 2:5), view(X, 2, :), reshape(X, 4, 6), vec(X), reinterpret(UInt32, X), reinterpret(NTuple{3,Float32}, X),
        X', transpose(X), reshape(view(X, :, 2:5), 12), view(reshape(X, 24), 3:9), reinterpret(UInt8, view(reshape(X, 24), 1:4)),
        PermutedDimsArray(X, (2, 1)), parent(X'), parent(view(X, :, 1)), reinterpret(Float32, reinterpret(UInt32, X)),
    ]
end

# Reads every element without checks: stale values are allowed, and so is refusing; leaving the mapping is not. (The
# indices are taken while the array is valid: asking it later throws.)
function read_all(a, indices)
    total = 0
    try
        @inbounds for i in indices
            total += hash(a[i]) % 3
        end
    catch err
        err isa FrameReleased || rethrow()
    end
    return total
end
with_indices(a) = (a, collect(CartesianIndices(a)))

# Finalizers run in a collection, and what they leave to tasks at the next switch.
collect_garbage() = (GC.gc(); sleep(0))

@testset "derived_arrays_keep_the_values_of_a_frame_on_hold_after_everything_else_is_garbage" begin
    with_directory() do
        @noinline function frames_gone()
            out = flock("flock")
            swarm = subscribe("flock")
            fly!(out)
            arrays = derived_arrays(hold(take!(swarm)))
            close(out)
            return arrays
        end
        arrays = frames_gone()
        expected = deepcopy(map(collect, arrays))
        collect_garbage()
        for (a, e) in zip(arrays, expected)
            @test collect(a) == e
        end
        @test arrays[1] == position_of(1, 8)
    end
end

@testset "each_derived_array_alone_keeps_the_mapping" begin
    with_directory() do
        flock("flock") do out
            for k in 1:17
                array, indices = subscribe("flock") do swarm
                    fly!(out)
                    with_indices(derived_arrays(take!(swarm))[k])
                end # closed: its frames are released
                collect_garbage()
                @test read_all(array, indices) >= 0
            end
        end
    end
end

@testset "arrays_of_a_writer_that_ended_stay_readable" begin
    with_directory() do
        out = flock("flock")
        swarm = subscribe("flock")
        fly!(out)
        frame = hold(take!(swarm))
        X, indices = with_indices(frame[:position])
        close(out)
        flock("flock"; capacity=20) do second # another schema: a new epoch, other memory
            fly!(second; count=20)
            @test take!(swarm).epoch == 2
            collect_garbage()
            @test X == position_of(1, 8) && frame[:mass] == mass_of(1, 8)
            release(frame)
            collect_garbage()
            @test_throws FrameReleased X[1]
            @test read_all(X, indices) >= 0
        end
        close(swarm)
        collect_garbage()
        @test read_all(X, indices) >= 0
    end
end

@testset "garbage_gives_frames_and_readers_back" begin
    with_flock(; leases=3, mode=:every, writer=(leases=16,)) do out, swarm
        @noinline forget() = (hold(take!(swarm)); nothing)
        for _ in 1:12
            forget()
            fly!(out)
            collect_garbage()
        end
        @test stats(swarm).received == 12
        @noinline one_more() = (take!(subscribe("flock"; leases=1)); nothing)
        @noinline others() = foreach(_ -> one_more(), 1:5)
        others()
        @test eventually(() -> (collect_garbage(); length(streams("flock").readers) <= 2)) # a dead one may linger on the stack
    end
end

@testset "readers_that_are_garbage_make_room_for_new_ones" begin
    with_flock(; writer=(leases=6,)) do out, swarm
        @noinline again() = take!(subscribe("flock"; leases=2)).seq
        @test [again() for _ in 1:9] == ones(9)
    end
end

@testset "garbage_collection_under_load_never_spoils_an_array" begin
    with_flock(; leases=6, mode=:latest, capacity=64, writer=(leases=24,)) do out, swarm
        kept = Any[]
        for turn in 1:200
            fly!(out; count=64)
            frame = take!(swarm)
            X = frame[:position]
            a = rand((X, view(X, :, 3:40), reshape(X, :), X', reinterpret(UInt32, X)))
            turn % 5 == 0 ? push!(kept, (hold(frame), a, collect(a))) : (@test X[1, 1] == 100 * frame.seq + 11)
            if length(kept) == 4
                GC.gc(turn % 2 == 0)
                @test all(collect(a) == copy_of_a for (_, a, copy_of_a) in kept)
                foreach(k -> release(k[1]), kept[1:2])
                deleteat!(kept, 1:2) # the others go on; these arrays are garbage now
            end
            foreach(_ -> rand(1000), 1:10)
        end
        @test stats(swarm).received == 200
    end
end

@testset "frames_may_be_released_on_any_thread" begin
    with_flock(; leases=6, mode=:every, writer=(leases=8, history=4)) do out, swarm
        for _ in 1:100
            frames = map(1:5) do _
                frame = hold(take!(swarm))
                fly!(out)
                frame
            end
            sums = zeros(5)
            Threads.@threads for k in 1:5
                sums[k] = sum(frames[k][:mass])
                release(frames[k])
                release(frames[k])
            end
            @test sums == [sum(mass_of(f.seq, 8)) for f in frames]
        end
    end
end

@testset "a_window_outlives_its_closing_in_its_arrays" begin
    with_flock(; mode=:every) do out, swarm
        @noinline function closed_window()
            w = window(swarm, 3, :position)
            update!(w)
            array = with_indices(w[:position])
            close(w)
            return array
        end
        X, indices = closed_window()
        collect_garbage()
        @test_throws FrameReleased X[1]
        @test read_all(X, indices) >= 0
    end
end
