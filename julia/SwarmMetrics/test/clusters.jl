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
