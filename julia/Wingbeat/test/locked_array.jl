# Arrays that several processes write, and their lock.
using LinearAlgebra

const ARRAY_NAME = "/wbtest-julia-$(getpid())"

function with_array(f, T, dims...)
    with_directory() do
        array = LockedArray(ARRAY_NAME, T, dims...)
        try
            f(array)
        finally
            rm(LockedArray, ARRAY_NAME)
        end
    end
end

@testset "what_one_writes_the_other_reads" begin
    with_array(Float32, 3, 4) do a
        b = LockedArray{Float32,2}(ARRAY_NAME)
        @test a == zeros(Float32, 3, 4)
        a .= reshape(1:12, 3, 4)
        @test b == reshape(1:12, 3, 4) && b[2, 3] == 8
        b[1, 1] = 100
        @test a[1] == 100 && sum(a) == sum(1:12) + 99
        @test_throws BoundsError a[13]
    end
end

@testset "it_works_with_linear_algebra_and_outlives_its_name" begin
    with_array(Float64, 3, 3) do a
        a .= [2 1 0; 1 2 1; 0 1 2]
        plain = copy(a)
        @test plain isa Matrix && a * a == plain * plain && a' * a[:, 1] == plain' * plain[:, 1]
        @test a \ ones(3) ≈ plain \ ones(3)
        mul!(a, plain, plain)
        @test a == plain * plain
        @test parent(a) isa Matrix{Float64} && view(a, :, 2) == (plain * plain)[:, 2]
    end
end

@testset "numbers_stay_mapped_as_long_as_anything_shows_them" begin
    with_array(Float64, 1000) do a
        a .= 1:1000
        shown = reinterpret(Int64, reshape(LockedArray(ARRAY_NAME), 10, 100))
        for _ in 1:3
            GC.gc()
            sleep(0.01)
        end
        @test shown == reinterpret(Int64, reshape(collect(1.0:1000.0), 10, 100))
    end
end

@testset "errors_say_what_is_wrong" begin
    with_array(Float32, 3) do _
        absent = ARRAY_NAME * "x"
        @test_throws Wingbeat.ArrayExists LockedArray(ARRAY_NAME, Float32, 3)
        for T in (LockedArray{Float64,1}, LockedArray{Float32,2})
            @test_throws Wingbeat.TypeMismatch T(ARRAY_NAME)
        end
        @test_throws Wingbeat.InvalidArgument LockedArray(absent, String, 3)
        @test_throws Wingbeat.InvalidName LockedArray("no-slash", Float32, 3)
        each_throws(Wingbeat.ArrayNotReady, () -> LockedArray(absent; timeout=0.01), () -> rm(LockedArray, absent))
    end
end

@testset "attaching_waits_for_the_creator" begin
    with_directory() do
        task = @async LockedArray(ARRAY_NAME; timeout=20)
        sleep(0.05)
        a = LockedArray(ARRAY_NAME, Int32, 2)
        a .= 7
        @test fetch(task) == [7, 7]
        rm(LockedArray, ARRAY_NAME)
    end
end

@testset "one_holds_the_lock_at_a_time" begin
    with_array(Int64, 1) do a
        b = LockedArray(ARRAY_NAME)
        @test lock(() -> 5, a) == 5
        lock(a) do
            @test !trylock(b)
            @test thrown(() -> lock(identity, b; timeout=0.05)) isa Wingbeat.LockTimeout
            @test thrown(() -> lock(a)) isa Wingbeat.OutOfOrder
            @test fetch(@async thrown(() -> unlock(a))) isa Wingbeat.OutOfOrder # by another task, and it stays locked
            @test !trylock(b)
        end
        @test trylock(b)
        unlock(b)
        @test_throws Wingbeat.OutOfOrder unlock(b)
        @test thrown(() -> lock(() -> error("x"), a)) isa ErrorException
        @test trylock(b)
        unlock(b)
        @test_throws Wingbeat.OutOfOrder lock(() -> close(b), b)
        close(b)
        @test_throws Wingbeat.Closed lock(b)
    end
end

@testset "tasks_lose_no_addition" begin
    with_array(Int64, 1) do a
        b = LockedArray(ARRAY_NAME)
        add(x) = lock(x) do
            before = x[1]
            rand() < 0.2 && yield()
            x[1] = before + 1
        end
        tasks = map(x -> (@async foreach(_ -> add(x), 1:200)), (a, a, b))
        foreach(wait, tasks)
        @test a[1] == 600
    end
end

@testset "death_of_a_holder_is_told_once" begin
    with_array(Float64, 2) do a
        for recovers in (false, true)
            holder = start("holder", ARRAY_NAME)
            @test next_line(holder) == "held"
            @test !trylock(a)
            kill_hard(holder)
            if recovers
                lock(a; recover=() -> fill!(a, 0)) do
                    @test a == [0, 0]
                end
            else
                @test thrown(() -> lock(a; timeout=20)) isa Wingbeat.LockAbandoned
            end
            @test lock(() -> true, a; timeout=20)
        end
    end
end
