# Areas by asking many places whom they are nearest to.
function sampled_areas(X, box, n)
    counts = zeros(size(X, 2))
    for x in ((1:n) .- 0.5) ./ n .* box[1], y in ((1:n) .- 0.5) ./ n .* box[2]
        places = hcat([x, y], X)
        counts[argmin([plain_distance(places, 1, i + 1, box) for i in 1:size(X, 2)])] += 1
    end
    return counts .* prod(box) ./ n^2
end

@testset "in_a_box_areas_sum_to_its_own_and_cells_have_six_sides" begin
    rng = MersenneTwister(11)
    for box in ((1.0, 1.0), (7.0, 3.0), (1.0, 90.0)), N in (5, 10, 100, 1000, 5000)
        v = voronoi(box .* rand(rng, 2, N); box=box)
        @test sum(v.area) ≈ prod(box) && sum(v.sides) == 6N
        @test all(v.area .> 0) && minimum(v.sides) >= 3
    end
end

@testset "groups_dense_inside_and_thin_outside_fill_the_box_too" begin
    rng = MersenneTwister(12)
    for kind in ("stragglers", "two blobs")
        X = uneven(rng, 2, 100.0)[kind]
        v = voronoi(X; box=100)
        @test sum(v.area) ≈ 1e4 && sum(v.sides) == 6 * size(X, 2)
    end
end

@testset "areas_are_those_of_the_places_nearest" begin
    rng = MersenneTwister(13)
    for box in ((1.0, 1.0), (4.0, 1.5)), N in (1, 2, 3, 12)
        X = box .* rand(rng, 2, N)
        @test voronoi(X; box=box).area ≈ sampled_areas(X, box, 150) atol = 0.02 * prod(box)
        @test voronoi(X .+ 3 .* box; box=box).area ≈ voronoi(X; box=box).area
    end
end

@testset "lattices_have_the_cells_they_must" begin
    square = [k == 1 ? c : r for k in 1:2, (c, r) in vec([(c, r) for c in 0.0:9, r in 0.0:7])]
    for T in (Float32, Float64)
        v = voronoi(T.(square); box=(10, 8))
        @test all(v.area .≈ 1) && all(v.sides .== 4)
    end
    triangular = [k == 1 ? c + 0.5 * isodd(r) : r * sqrt(3) / 2 for k in 1:2, (c, r) in vec([(c, r) for c in 1:9, r in 1:8])]
    v = voronoi(triangular; box=(9, 8 * sqrt(3) / 2))
    @test all(v.area .≈ sqrt(3) / 2) && all(v.sides .== 6)
    v = voronoi(square)                              # open: the rim has no end
    rim = [x in (0, 9) || y in (0, 7) for (x, y) in eachcol(square)]
    @test v.area[.!rim] ≈ ones(48) && all(v.sides[.!rim] .== 4) && all(v.area[rim] .== Inf)
    corners = [x in (0, 9) && y in (0, 7) for (x, y) in eachcol(square)]
    @test all(v.sides[corners] .== 2) && all(v.sides[rim .& .!corners] .== 3)
end

@testset "in_open_space_inner_cells_are_those_of_a_box" begin
    rng = MersenneTwister(14)
    X = 10 .* rand(rng, 2, 3000)
    open_, boxed = voronoi(X), voronoi(X; box=10)
    inner = [all(3 .< x .< 7) for x in eachcol(X)]
    @test open_.area[inner] ≈ boxed.area[inner] && open_.sides[inner] == boxed.sides[inner]
    pairs = 3 * 3000 - 3 - count(==(Inf), open_.area) # Euler: the edges of Delaunay's triangulation
    @test sum(open_.sides) == 2 * pairs
end

@testset "few_agents_those_at_one_place_and_lost_ones" begin
    @test voronoi(zeros(2, 0)).area == [] && voronoi(zeros(2, 1)).area == [Inf] && voronoi(zeros(2, 1)).sides == [0]
    @test voronoi(ones(2, 1); box=(2, 3)).area == [6] && voronoi(ones(2, 1); box=(2, 3)).sides == [4]
    @test voronoi([0.0 1; 0 0]).area == [Inf, Inf] && voronoi([0.0 1; 0 0]).sides == [1, 1]
    @test voronoi([1.0 1 3; 2 2 2]; box=4).area == [4, 4, 8]
    v = voronoi([1.0 NaN 3; 2 2 2]; box=4)
    @test v.area[[1, 3]] == [8, 8] && isnan(v.area[2]) && v.sides[2] == 0
    @test voronoi(Flock([1.0 3; 2 2]; box=4)).area == [8, 8]
    @test_throws DimensionMismatch voronoi(zeros(3, 4))
    @test_throws DomainError voronoi(zeros(2, 4); box=0)
end
