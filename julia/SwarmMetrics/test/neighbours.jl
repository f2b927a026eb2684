plain_nearest(X, box) = [minimum(plain_distance(X, i, j, box) for j in 1:size(X, 2) if j != i) for i in 1:size(X, 2)]

@testset "nearest_distances_equal_comparing_all_pairs" begin
    rng = MersenneTwister(4)
    for D in (2, 3), box in (nothing, 1.0, 7, D == 2 ? (4.0, 9.0) : (4.0, 9.0, 6.0)), round in 1:5
        for (kind, X) in awkward(rng, D, box)
            @test nearest_distances(X; box=box) ≈ plain_nearest(X, box) atol = 1e-6
        end
    end
end

@testset "so_they_do_in_groups_dense_inside_and_thin_outside" begin
    rng = MersenneTwister(41)
    for D in (2, 3), box in (nothing, 100.0), (kind, X) in uneven(rng, D, box)
        @test nearest_distances(X; box=box) ≈ plain_nearest(X, box) atol = 1e-6
    end
end

@testset "agents_at_one_place_are_at_distance_zero" begin
    for D in (2, 3), box in (nothing, 5.0), N in (2, 50, 3000)
        @test nearest_distances(ones(Float32, D, N); box=box) == zeros(N)
    end
    @test nearest_distances([1.0 1 4; 1 1 5]) == [0, 0, 5]
    @test nearest_distances([0.0 10 4; 1 1 1]; box=10) == [0, 0, 4]
end

@testset "a_long_box_does_not_make_anybody_its_own_neighbour" begin
    @test nearest_distances([0.5 0.5; 10 60]; box=(1, 100)) == [50, 50]
    @test nearest_distances([0.5 0.5 0.5; 10 10 10; 1 31 61]; box=(1, 2, 90)) == [30, 30, 30]
end

@testset "neighbours_and_clusters_allocate_nothing_that_grows_with_the_group" begin
    function allocated(N, box)
        before, X = Flock(zeros(Float32, 3, 0); box=box), rand(Float32, 3, N)
        function work()
            flock = Flock(before, X)
            return nearest_neighbour(flock) + cluster_count(flock, 0.1)
        end
        work()
        return @allocated work()
    end
    for box in (nothing, 1)
        few, many = allocated(3000, box), allocated(30_000, box)
        @test abs(many - few) < 256 # far less than a byte for each agent; some versions of Julia box a number more
        @test max(few, many) <= 4096
    end
end

@testset "few_agents_and_lost_ones" begin
    @test isnan(nearest_neighbour(zeros(3, 0))) && isnan(nearest_neighbour(zeros(3, 1)))
    @test nearest_distances([0.0 3 NaN; 0 4 1])[1:2] == [5, 5] && isnan(nearest_distances([0.0 3 NaN; 0 4 1])[3])
    @test nearest_neighbour([1.0 1; 2 2]) == 0
    @test nearest_distances([0.5 9.5; 5 5]; box=10) == [1, 1]
    @test nearest_distances(reshape([1.0, 2.0], 2, 1)) == [Inf]
end

@testset "random_points_have_poissons_nearest_neighbour" begin
    rng = MersenneTwister(5)
    for (D, edge, N, value) in ((2, 100.0, 20_000, 0.5 / sqrt(2)), (3, 20.0, 16_000, 0.55396 / cbrt(2)))
        X = edge .* rand(rng, D, N)
        @test nearest_neighbour(X; box=edge) ≈ value rtol = 0.012 # standard error about 0.4 %
        @test clark_evans(X; box=edge) ≈ 1 rtol = 0.012
    end
end

@testset "a_triangular_lattice_has_the_largest_ratio" begin
    rows, columns = 20, 30
    X = [k == 1 ? c + 0.5 * isodd(r) : r * sqrt(3) / 2 for k in 1:2, (c, r) in vec([(c, r) for c in 1:columns, r in 1:rows])]
    box = (columns, rows * sqrt(3) / 2)
    @test nearest_neighbour(X; box=box) ≈ 1
    @test clark_evans(X; box=box) ≈ 2.149 atol = 0.0005
    @test clark_evans(1e-3 .* X; box=1e-3 .* box) ≈ 2.149 atol = 0.0005
end

@testset "the_neighbours_of_some_agents_equal_comparing_all_pairs" begin
    rng = MersenneTwister(7)
    for D in (2, 3), box in (nothing, 1.0, 7, D == 2 ? (4.0, 9.0) : (4.0, 9.0, 6.0)), (kind, X) in awkward(rng, D, box)
        agents, radius = 1:3:size(X, 2), 0.8
        found = Tuple{Int,Int}[]
        for_each_neighbour(Flock(X; box=box), agents, radius) do i, j, way, distance
            push!(found, (i, j))
            @test distance ≈ plain_distance(X, i, j, box) atol = 1e-5
            gap = Float64.(X[:, j]) .- Float64.(X[:, i]) .- collect(way)[1:D]
            box === nothing || (gap .-= box .* round.(gap ./ box))
            @test maximum(abs, gap) < 1e-5
        end
        plain = [(i, j) for i in agents for j in 1:size(X, 2) if j != i && plain_distance(X, i, j, box) <= radius]
        @test sort(found) == sort(plain)
    end
    X = [0.0 1 NaN; 0 0 0]
    pairs = Tuple{Int,Int}[]
    for_each_neighbour((i, j, _, _) -> push!(pairs, (i, j)), Flock(X), 1:3, 2)
    @test sort(pairs) == [(1, 2), (2, 1)]
    @test_throws DomainError for_each_neighbour((_...) -> nothing, Flock(X), 1:3, 0)
end
