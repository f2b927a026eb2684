# Labels by spreading from agent to agent.
function plain_clusters(X, radius, box)
    N = size(X, 2)
    label = zeros(Int, N)
    for start in 1:N
        label[start] == 0 || continue
        todo = [start]
        label[start] = start
        while !isempty(todo)
            i = pop!(todo)
            for j in 1:N
                label[j] == 0 && plain_distance(X, i, j, box) <= radius && (label[j] = start; push!(todo, j))
            end
        end
    end
    return label
end

@testset "clusters_equal_spreading_from_agent_to_agent" begin
    rng = MersenneTwister(7)
    for D in (2, 3), box in (nothing, 1.0, 7, D == 2 ? (4.0, 9.0) : (4.0, 9.0, 6.0)), part in (0.02, 0.1, 0.3, 0.6, 2.0)
        for (kind, X) in awkward(rng, D, box)
            radius = part * (box === nothing ? 10 : minimum(box)) + 1e-7
            found, plain = clusters(X, radius; box=box), plain_clusters(X, radius, box)
            @test all((found.labels[i] == found.labels[j]) == (plain[i] == plain[j]) for i in eachindex(plain) for j in 1:i)
            @test found.sizes == [count(==(k), found.labels) for k in 1:length(found)] && issorted(found.sizes; rev=true)
            @test cluster_count(X, radius; box=box) == length(found) == length(unique(plain))
        end
    end
end

@testset "so_they_do_in_groups_dense_inside_and_thin_outside" begin
    rng = MersenneTwister(71)
    for D in (2, 3), box in (nothing, 100.0), (kind, X) in uneven(rng, D, box), radius in (0.01, 0.2, 0.7, 5.0, 49.0, 1e3)
        found = clusters(X, radius; box=box)
        plain = plain_clusters(X, radius, box)
        @test [findfirst(==(label), found.labels) for label in found.labels] == plain
        @test cluster_count(X, radius; box=box) == length(unique(plain))
    end
end

@testset "exactly_the_radius_is_near_enough" begin
    for (X, radius) in (([0.0 1; 0 0], 1.0), ([0.0 3; 0 4], 5.0), ([0.0 2; 0 3; 0 6], 7.0), ([0.0f0 1f-3; 0 0], Float64(1f-3)))
        @test cluster_count(X, radius) == 1 && cluster_count(X, prevfloat(radius)) == 2
    end
    for D in (2, 3), k in 2:6, box in (nothing, k)
        X = hcat([Float64[i...] for i in Iterators.product(ntuple(_ -> 0:(k - 1), D)...)]...)
        @test cluster_count(X, 1; box=box) == 1 && cluster_count(X, prevfloat(1.0); box=box) == k^D
        @test cluster_count(X, sqrt(D); box=box) == 1
    end
end

@testset "around_the_border_of_a_small_box_agents_are_connected" begin
    for D in (2, 3), k in 1:7
        X = fill(0.5, D, 2)
        X[1, :] .= (0.1, k - 0.1)
        @test cluster_count(X, 0.21; box=k) == 1 && cluster_count(X, 0.19; box=k) == 2
    end
end

@testset "agents_at_one_place_are_one_cluster" begin
    for D in (2, 3), box in (nothing, 5.0), N in (2, 50, 3000), radius in (1e-9, 1.0, 100.0)
        @test clusters(ones(Float32, D, N), radius; box=box).sizes == [N]
    end
end

@testset "known_groups_are_told_apart" begin
    X = [0.0 1 2 10 11 50; 0 0 0 0 0 0]
    c = clusters(X, 1.5)
    @test (c.labels, c.sizes) == ([1, 1, 1, 2, 2, 3], [3, 2, 1]) && length(c) == 3
    @test largest_cluster(X, 1.5) == 0.5
    @test clusters(X, 1.5; box=51).sizes == [4, 2]                   # 50 is near 0, around the border
    @test clusters([0.0 NaN 0; 0 0 0.1], 1).labels == [1, 0, 1]
    @test clusters([0.0 5; 0 0], 1).labels == [1, 2]                 # of one size: the lowest agent first
    @test cluster_count(zeros(2, 0), 1) == 0
    @test_throws DomainError clusters(X, 0)
end
