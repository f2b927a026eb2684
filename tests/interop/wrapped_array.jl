# Each package opens the arrays that the other makes; spec/array.md is the format of both.

const NAME = "/wbtest-wa-$(getpid())"

# Returns the numbers 1, 2, 3 and so on; the imaginary parts of complex numbers are their negatives.
number(::Type{T}, i) where {T<:Integer} = i % T
number(::Type{T}, i) where {T} = T(i)
number(::Type{Complex{R}}, i) where {R} = Complex{R}(i, -i)
numbers(T, dims) = T[number(T, i) for i in 1:prod(dims)]
raised(T, dims) = T[number(T, i) + one(T) for i in 1:prod(dims)]

# A loop, because Julia compiles broadcasting for each type and number of dimensions, which takes minutes in total.
flat(array) = [array[i] for i in 1:length(array)]
fill_in!(array) = foreach(i -> array[i] = number(eltype(array), i), 1:length(array))
raise!(array) = foreach(i -> array[i] += one(eltype(array)), 1:length(array))

# Neighbouring dimensions differ, so that an exchange of two is detected.
some_dims(N) = ntuple(d -> (3, 2, 1, 4)[mod1(d, 4)], N)

type_name(::Type{Complex{R}}) where {R} = "c$(16 * sizeof(R))"
type_name(T) = (T <: AbstractFloat ? "f" : T <: Signed ? "i" : "u") * string(8 * sizeof(T))

# Makes an array that is not volatile. A volatile array removes its name when it is garbage-collected.
wrapped(name, T, dims...) = WrappedArray(name, T, dims...; volatile=false)

forget() = rm(SharedMemory, NAME)

function with_name(f)
    forget()
    try
        f()
    finally
        forget()
    end
end

thrown(f) =
    try
        (f(); nothing)
    catch err
        err
    end

# Any error counts, because some versions of that package fail with a stack overflow.
refuses(f) = thrown(f) isa Exception

# Writes `bytes` at `offset` of the memory object.
write_at(offset, bytes...) =
    open("/dev/shm" * NAME, "r+") do io
        seek(io, offset)
        foreach(b -> write(io, b), bytes)
    end

# ------------------------------------------------------------------------------------------------- every type and shape

make_in_julia(T, dims) = (fill_in!(LockedArray(NAME, T, dims)); "ok")
make_in_cpp(T, dims) = ask("make", NAME, type_name(T), dims...)

for T in Wingbeat.ARRAY_TYPES
    @testset "made_by_wingbeat_in_julia_or_cpp_opens_as_a_wrapped_array_of_$T" begin
        for N in 1:8, make in (make_in_julia, make_in_cpp)
            with_name() do
                dims = some_dims(N)
                @test make(T, dims) == "ok"
                theirs = WrappedArray(NAME)
                @test theirs isa WrappedArray{T,N} && size(theirs) == dims && flat(theirs) == numbers(T, dims)
                @test ask("look", NAME) == join([type_name(T), dims..., "lock", "counted"], " ")
                raise!(theirs)
                @test ask("look", NAME) == join([type_name(T), dims..., "lock"], " ")
                ours = LockedArray(NAME)
                @test flat(ours) == raised(T, dims) && lock(() -> true, ours) && ask("lock", NAME) == "ok"
            end
        end
    end

    @testset "a_wrapped_array_of_$(T)_opens_in_wingbeat_in_julia_and_cpp" begin
        for N in 1:8
            with_name() do
                dims = some_dims(N)
                theirs = wrapped(NAME, T, dims)
                fill_in!(theirs)
                ours = LockedArray{T,N}(NAME)
                @test size(ours) == dims && flat(ours) == numbers(T, dims) && LockedArray(NAME) isa LockedArray{T,N}
                @test ask("look", NAME) == join([type_name(T), dims..., "no-lock", "counted"], " ")
                raise!(ours)
                @test flat(theirs) == raised(T, dims)
            end
        end
    end
end

@testset "the_bytes_of_both_are_the_same_but_for_the_lock" begin
    for T in Wingbeat.ARRAY_TYPES, N in 1:8
        bytes(make) = with_name() do
            array = make(NAME, T, some_dims(N))
            fill_in!(array)
            read("/dev/shm" * NAME)
        end
        ours, theirs = bytes(LockedArray), bytes(wrapped)
        @test length(theirs) < length(ours) && ours[1:length(theirs)] == theirs
    end
end

# ---------------------------------------------------------------------------------------------------------------- lock

@testset "a_wrapped_array_has_no_lock_and_says_so" begin
    with_name() do
        wrapped(NAME, Float64, 3)
        ours = LockedArray(NAME)
        for attempt in (() -> lock(ours), () -> trylock(ours), () -> lock(identity, ours; timeout=1))
            err = thrown(attempt)
            @test err isa Wingbeat.NotFound && occursin("has no lock", err.message)
        end
        @test occursin("has no lock", ask("lock", NAME))
        @test_throws Wingbeat.OutOfOrder unlock(ours)
    end
end

@testset "who_writes_by_a_wrapped_array_leaves_the_lock_alone" begin
    with_name() do
        ours, other = LockedArray(NAME, UInt8, 200), LockedArray(NAME)
        lock(ours) do
            fill!(WrappedArray(NAME), 0xff)
            @test !trylock(other)
            @test ask("lock", NAME) == "held"
        end
        @test all(==(0xff), ours)
        @test lock(() -> true, other) && ask("lock", NAME) == "ok"
    end
end

# ------------------------------------------------------------------------------------------------- larger and smaller

@testset "in_a_larger_object_both_see_the_shape_of_the_header_and_no_lock" begin
    for extra in (1, 127, 128, 300, 5000)
        with_name() do
            memory = SharedMemory(NAME, 64 + 24 + extra; volatile=false)
            write(memory, WrappedArrayHeader, Float64, (3,))
            theirs = WrappedArray(memory, Float64, (3,); offset=64)
            theirs .= 1:3
            @test LockedArray(NAME) == WrappedArray(NAME) == [1, 2, 3]
            @test ask("look", NAME) == "f64 3 no-lock counted"
            @test thrown(() -> lock(LockedArray(NAME))) isa Wingbeat.NotFound
        end
    end
end

if isdir("/dev/shm")
    @testset "an_object_smaller_than_its_header_says_is_refused_by_both" begin
        for (make, bytes) in ((wrapped, 63 + 24), (wrapped, 64), (LockedArray, 64 + 23))
            with_name() do
                make(NAME, Float64, 3)
                open(io -> truncate(io, bytes), "/dev/shm" * NAME, "r+")
                @test refuses(() -> WrappedArray(NAME))
                @test_throws Wingbeat.CorruptStream LockedArray(NAME)
                @test occursin("smaller than its header says", ask("look", NAME))
                @test filesize("/dev/shm" * NAME) == bytes
            end
        end
    end

    @testset "headers_that_lie_are_refused_by_both" begin
        lies = (0 => 0x57412d32, 4 => UInt16(0), 4 => UInt16(13), 6 => UInt16(0), 8 => Int64(128), 8 => Int64(-1), 16 => Int64(-3))
        for (offset, lie) in lies, make in (wrapped, LockedArray)
            with_name() do
                make(NAME, Float64, 3)
                write_at(offset, lie)
                @test refuses(() -> WrappedArray(NAME))
                @test_throws Wingbeat.WingbeatError LockedArray(NAME)
            end
        end
    end
end

@testset "what_only_the_other_package_allows_is_refused_here" begin
    with_name() do
        wrapped(NAME, Float32, ntuple(_ -> 1, 9))
        err = thrown(() -> LockedArray(NAME))
        @test err isa Wingbeat.IncompatibleStream && occursin("9 dimensions, not 1 to 8", err.message)
    end
    with_name() do
        @test_throws Wingbeat.InvalidArgument LockedArray(NAME, Bool, 3)
        @test refuses(() -> wrapped(NAME, Bool, 3))
    end
    with_name() do
        SharedMemory(NAME, 4096; volatile=false)
        @test thrown(() -> LockedArray(NAME)) isa Wingbeat.ArrayNotReady
        @test thrown(() -> LockedArray(NAME, Float32, 3)) isa Wingbeat.ArrayExists
    end
end

# --------------------------------------------------------------------------------------------------------------- names

@testset "a_name_of_one_is_that_of_the_other" begin
    for name in ("/wbtest-wa.x_$(getpid())", "/wbtest-wa ä $(getpid())", "/" * rpad("wbtest-wa-$(getpid())", Sys.islinux() ? 200 : 30, 'x'))
        theirs = wrapped(name, Int16, 3)
        theirs .= 1:3
        @test LockedArray(name) == 1:3
        rm(LockedArray, name)
        @test_throws SystemError WrappedArray(name)
        ours = LockedArray(name, Int16, 2)
        @test length(WrappedArray(name)) == 2 && theirs == 1:3
        rm(SharedMemory, name)
        @test_throws Wingbeat.ArrayNotReady LockedArray(name)
    end
end

@testset "names_that_only_the_system_allows_are_refused_with_what_is_allowed" begin
    for name in ("wbtest-wa-bare", "/wb-test-$(getpid())", "/" * "x"^201)
        err = thrown(() -> LockedArray(name))
        @test err isa Wingbeat.InvalidName && occursin(r"a / and 1 to 200 characters|begin with /wb-", err.message)
        @test thrown(() -> LockedArray(name, Int8, 1)) isa Wingbeat.InvalidName
    end
end

# ---------------------------------------------------------------------------------------------------------------- life

@testset "neither_makes_anew_what_the_other_made" begin
    with_name() do
        theirs = wrapped(NAME, Float64, (2, 3))
        theirs .= 7
        err = thrown(() -> LockedArray(NAME, Float64, 6))
        @test err isa Wingbeat.ArrayExists && occursin("f64 (2, 3)", err.message)
        @test occursin("exists", ask("make", NAME, "f64", 2, 3))
        @test all(==(7), LockedArray(NAME))
    end
    with_name() do
        ours = LockedArray(NAME, Float64, 2, 3)
        ours .= 7
        @test_throws SystemError WrappedArray(NAME, Float64, 6)
        @test all(==(7), ours) && lock(() -> true, ours)
    end
end

@testset "a_larger_one_is_made_under_the_name_of_the_old_whose_users_keep_theirs" begin
    with_name() do
        old = LockedArray(NAME, Float64, 3)
        rm(LockedArray, NAME)
        theirs = wrapped(NAME, Float32, (100, 100))
        theirs .= 1
        @test sum(LockedArray(NAME)) == 10_000 && old == zeros(3) && lock(() -> true, old)
        rm(SharedMemory, NAME)
        made = LockedArray(NAME, Int8, 1)
        @test size(WrappedArray(NAME)) == (1,) && size(theirs) == (100, 100) && all(==(1), theirs)
        @test made[1] == 0
    end
end

@testset "a_volatile_wrapped_array_goes_with_its_maker_and_stays_for_who_has_it" begin
    with_name() do
        theirs = WrappedArray(NAME, Float64, 3)
        theirs .= 1:3
        ours = LockedArray(NAME)
        finalize(theirs.mem)
        @test thrown(() -> LockedArray(NAME)) isa Wingbeat.ArrayNotReady
        @test ours == [1, 2, 3]
    end
    with_name() do
        theirs = wrapped(NAME, Float64, 3)
        theirs .= 1:3
        finalize(theirs.mem)
        @test LockedArray(NAME) == [1, 2, 3]
    end
    with_name() do
        LockedArray(NAME, Float64, 3)[2] = 5
        finalize(WrappedArray(NAME).mem)
        @test LockedArray(NAME)[2] == 5
    end
end

# The other package stores the shape after the magic number.
@testset "who_attaches_while_a_wrapped_array_is_made_sees_all_of_it_or_waits" begin
    for round in 1:200
        with_name() do
            println(PARTNER, "look $NAME 20000")
            round % 4 == 0 && sleep(0.001)
            theirs = wrapped(NAME, Float32, (3, 2, 1, 4, 3, 2, 1, 4))
            @test replace(readline(PARTNER), " counted" => "") == "f32 3 2 1 4 3 2 1 4 no-lock"
            @test length(theirs) == 576
        end
    end
end
