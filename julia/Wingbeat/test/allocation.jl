# A turn of a typed loop allocates nothing: all of its frames are there before it is measured, so that it never sleeps.

function read_frames(swarm, n)
    total = 0.0
    for frame in swarm
        X, m = frame[:position], frame[:mass]
        total += X[1, 1] + m[end] + frame.time + frame.count
        (n -= 1) == 0 && break
    end
    return total
end

function fly_and_read(out, swarm, n)
    bytes = 0
    for _ in 1:n
        fly!(out)
        bytes += @allocated read_frames(swarm, 1)
    end
    return bytes
end

boxed_result = 16 # @allocated's own: the number that read_frames returns

@testset "a_typed_loop_allocates_nothing_per_frame" begin
    for mode in (:latest, :every), spin in (false, true)
        with_flock(; mode=mode, spin=spin, fields=(position=Float32, mass=Float64)) do out, swarm
            fly_and_read(out, swarm, 40) # compiles, and sees every slot
            @test fly_and_read(out, swarm, 100) <= 100 * boxed_result
        end
    end
end

@testset "many_frames_in_one_loop_allocate_nothing" begin
    fields = (position=Float32, mass=Float64)
    with_flock(; mode=:every, fields=fields, writer=(history=100,)) do out, swarm
        foreach(_ -> fly!(out), 1:220) # all slots
        for _ in 1:3 # every slot is seen, and its arrays are made
            frame = take!(swarm)
            while frame !== nothing
                sum(frame[:position]) + sum(frame[:mass])
                frame = wait(swarm; timeout=0)
            end
            foreach(_ -> fly!(out), 1:111)
        end
        read_frames(swarm, 40)
        @test (@allocated read_frames(swarm, 60)) <= boxed_result
    end
end

@testset "publishing_in_a_typed_function_allocates_little" begin
    with_flock() do out, swarm
        function fill_frames(out, n)
            for k in 1:n
                publish!(out; step=k, time=0.5)
            end
        end
        fill_frames(out, 40)
        @test (@allocated fill_frames(out, 100)) <= 100 * 64
    end
end
