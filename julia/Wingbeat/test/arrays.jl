using LinearAlgebra

# f gets the position and mass of the first frame, and what was written into them.
with_arrays(f) = with_flock() do out, swarm
    frame = take!(swarm)
    f(frame[:position], frame[:mass], position_of(1, 8), mass_of(1, 8))
end

@testset "all_ten_element_types_cross_unchanged" begin
    with_directory() do
        types = Wingbeat.ELEMENT_TYPES
        names = Symbol.(:field_, 1:length(types))
        fields = NamedTuple{Tuple(names)}(map(T -> field(T, 2, 3), types))
        publish("all"; fields=fields) do out
            subscribe("all") do s
                values = [T <: Integer ? reshape(T[typemin(T), typemax(T), 1, 2, 3, 4], 2, 3) : rand(T, 2, 3) for T in types]
                for (name, value) in zip(names, values)
                    out[name] .= value
                end
                publish!(out)
                frame = take!(s)
                for (T, name, value) in zip(types, names, values)
                    @test frame[name] isa FieldArray{T,2}
                    @test frame[name] == value
                end
            end
        end
    end
end

@testset "an_array_is_dense_and_strided" begin
    with_arrays() do X, m, Y, n
        @test X isa FieldArray{Float32,2} && X isa DenseArray && X isa StridedArray
        @test X == Y
        @test (size(X), length(X), strides(X), stride(X, 1), stride(X, 2), stride(X, 3)) == ((3, 8), 24, (1, 3), 1, 3, 24)
        @test (sizeof(X), Base.elsize(typeof(X)), IndexStyle(X)) == (96, 4, IndexLinear())
        @test unsafe_load(pointer(X), 4) == Y[4] && unsafe_load(pointer(X, 5)) == Y[5]
        @test rem(UInt(pointer(X)), 64) == 0
        @test (X[2, 3], X[7], X[end], X[:, 2], X[1:2, [1, 3]]) == (Y[2, 3], Y[7], Y[end], Y[:, 2], Y[1:2, [1, 3]])
        each_throws(BoundsError, () -> X[4, 1], () -> X[25], () -> X[0])
        @test [x for x in vec(X)] == vec(Y) && [2x for x in X] == 2Y
        @test maximum(X) == maximum(Y) && extrema(X; dims=2) == extrema(Y; dims=2)
        @test sum(X) == sum(Y) && sum(X; dims=2) == sum(Y; dims=2) && sum(abs2, X) ≈ sum(abs2, Y)
    end
end

@testset "broadcasting_gives_arrays" begin
    with_arrays() do X, m, Y, n
        @test (X .+ 1) isa Matrix{Float32} && X .+ 1 == Y .+ 1
        @test X .* m' == Y .* n'
        @test X .- sum(X; dims=2) ./ 8 == Y .- sum(Y; dims=2) ./ 8
        Z = similar(X)
        @test Z isa Matrix{Float32} && size(Z) == (3, 8)
        Z .= 2 .* X
        @test Z == 2 .* Y
        @test map(+, X, X) == 2 .* Y
    end
end

@testset "blas_and_linear_algebra_work" begin
    with_arrays() do X, m, Y, n
        @test X' * X ≈ Y' * Y && X * X' ≈ Y * Y' && X * transpose(X) ≈ Y * Y'
        @test X * ones(Float32, 8) ≈ Y * ones(Float32, 8)
        @test X' * ones(Float32, 3) ≈ Y' * ones(Float32, 3)
        @test dot(m, m) ≈ dot(n, n) && norm(X) ≈ norm(Y)
        C = zeros(Float32, 3, 3)
        @test mul!(C, X, X') ≈ Y * Y'
        @test BLAS.gemv('N', 1.0f0, X, ones(Float32, 8)) ≈ Y * ones(Float32, 8)
        @test BLAS.dot(8, m, 1, m, 1) ≈ dot(n, n)
        y = ones(8)
        @test axpy!(2.0, m, y) ≈ 1 .+ 2 .* n
    end
end

@testset "views_reshapes_and_reinterpretations_are_the_same_memory" begin
    with_arrays() do X, m, Y, n
        p = pointer(X)
        v = view(X, :, 2:5)
        @test v == Y[:, 2:5] && v isa StridedArray && pointer(v) == p + 12 && parent(v) === X
        @test view(X, 2, :) == Y[2, :] && stride(view(X, 2, :), 1) == 3
        @test v' * v ≈ Y[:, 2:5]' * Y[:, 2:5]
        @test BLAS.dot(view(X, 1, :), view(X, 2, :)) ≈ dot(Y[1, :], Y[2, :])
        for r in (reshape(X, 24), reshape(X, :), vec(X), reshape(X, 4, 6), reshape(X, 2, :, 3), reshape(X, (3, 8)))
            @test r isa FieldArray && pointer(r) == p && vec(r) == vec(Y)
        end
        @test reshape(X, 2, :, 3) == reshape(Y, 2, :, 3)
        @test_throws DimensionMismatch reshape(X, 5, 5)
        @test vec(vec(X)) === vec(X) || vec(vec(X)) == vec(X)
        u = reinterpret(UInt32, X)
        @test u isa FieldArray{UInt32,2} && u == reinterpret(UInt32, Y) && pointer(u) == Ptr{UInt32}(p)
        @test reinterpret(Float32, u) == Y
        t = reinterpret(NTuple{3,Float32}, X)
        @test size(t) == (1, 8) && t[1, 2] == Tuple(Y[:, 2])
        @test size(reinterpret(UInt8, X)) == (12, 8)
        @test reinterpret(Complex{Float32}, reshape(X, 4, 6)) == reinterpret(Complex{Float32}, reshape(Y, 4, 6))
        each_throws(ArgumentError, () -> reinterpret(Float64, X), () -> reinterpret(String, X)) # a column has 12 bytes
        @test permutedims(X) == permutedims(Y)
    end
end

@testset "copies_are_arrays_of_their_own" begin
    with_arrays() do X, m, Y, n
        for c in (copy(X), Array(X), Matrix(X), collect(X), Array{Float32}(X), X[:, :])
            @test c isa Matrix{Float32} && c == Y
        end
        @test Array{Float64}(X) == Y && convert(Matrix{Float64}, X) == Y
        Z = zeros(Float32, 30)
        @test copyto!(Z, 4, X, 2, 5)[3:9] == [0; Y[2:6]; 0]
        each_throws(BoundsError, () -> copyto!(Z, 1, X, 20, 10), () -> copyto!(zeros(Float32, 3), X))
        @test hcat(X, Y) == [Y Y]
        @test copyto!(zeros(3, 8), X) == Y
    end
end

@testset "writing_into_a_frame_throws_and_the_process_lives" begin
    with_arrays() do X, m, Y, n
        A = ones(8, 8)
        each_throws(
            ReadOnlyFrame, () -> X[1, 1] = 1, () -> X[1] = 1, () -> X .= 0, () -> X[:, 1] .= 0,
            () -> view(X, :, 1)[2] = 0, () -> reshape(X, 24)[1] = 0, () -> reinterpret(UInt32, X)[1] = 0,
            () -> fill!(X, 0), () -> copyto!(X, Y), () -> sort!(m), () -> map!(identity, X, Y),
            () -> mul!(X, ones(Float32, 3, 3), Y), () -> mul!(X, X * X', Y, 1, 0), () -> mul!(m, A, ones(8)),
            () -> mul!(m, A, ones(8), 1, 0), () -> rmul!(X, 2), () -> axpy!(1.0, ones(8), m),
            () -> axpby!(1.0, ones(8), 2.0, m),
        )
        # A write through the pointer fails, because the memory is not writable.
        each_throws(ReadOnlyMemoryError, () -> unsafe_store!(pointer(X), 1.0f0), () -> BLAS.scal!(8, 2.0, m, 1))
        @test X == Y && m == n
    end
end

@testset "a_frame_of_no_agents_has_empty_arrays" begin
    with_flock(; count=0) do out, swarm
        X = take!(swarm)[:position]
        @test size(X) == (3, 0) && isempty(X) && sum(X) == 0 && copy(X) == zeros(Float32, 3, 0)
        @test X * X' == zeros(3, 3)
        @test_throws BoundsError X[1]
    end
end

@testset "loops_and_reductions_run_at_array_speed" begin
    # A factor, not a time: both are measured in the same turn, and the best of several counts.
    function total(X)
        s = 0.0f0
        @inbounds @simd for i in eachindex(X)
            s += X[i]
        end
        return s
    end
    function columns(X)
        s = 0.0f0
        @inbounds for i in 1:size(X, 2)
            s += X[1, i] * X[2, i] + X[3, i]
        end
        return s
    end
    results = Any[] # so that no call is left out as unused
    best(f, X) = minimum(@elapsed(push!(results, f(X))) for _ in 1:30)
    with_directory() do
        publish("big"; x=field(Float32, 3, 40_000)) do out
            subscribe("big") do s
                out[:x] .= 1
                publish!(out)
                X = take!(s)[:x]
                Y, room = copy(X), zeros(Float32, 3, 40_000)
                for f in (
                    total, sum, columns, A -> A * A', A -> (room .= 2 .* A; room[1]), A -> copyto!(room, A)[1],
                    A -> total(reshape(A, 6, :)), A -> total(view(A, :, 2:40_000)), A -> sum(reinterpret(UInt32, A)),
                )
                    best(f, X), best(f, Y)
                    @test any(_ -> best(f, X) < 3 * best(f, Y), 1:10) # others use this machine, too
                end
            end
        end
    end
end
