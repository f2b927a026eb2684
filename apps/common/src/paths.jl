# A window of frames as the paths of agents: the input of the models that learn how agents move.

"""
    gather_paths!(paths, window, agents) -> paths

Copies the paths of these agents out of a window (`3 x N x frames`): one column of `3 frames` numbers for each agent,
relative to the agent's mean position. An agent that stands still is exactly at zero.
"""
function gather_paths!(paths, window, agents)
    frames = size(paths, 1) ÷ 3
    size(window, 3) == frames && size(window, 2) >= maximum(agents) ||
        throw(DimensionMismatch("the model is for windows of $frames frames, not $(size(window))"))
    for k in 1:frames, column in eachindex(agents)
        for c in 1:3
            @inbounds paths[3 * (k - 1) + c, column] = window[c, agents[column], k] - window[c, agents[column], 1]
        end
    end
    for column in 1:size(paths, 2), c in 1:3
        total = 0.0f0
        for k in 1:frames
            @inbounds total += paths[3 * (k - 1) + c, column]
        end
        for k in 1:frames
            @inbounds paths[3 * (k - 1) + c, column] -= total / frames
        end
    end
    return paths
end

"""
    random_matrix(seed, rows, columns) -> Matrix{Float32}

Uniform in -1 to 1, by SplitMix64 (Steele, Lea and Flood 2014): the same on every version of Julia.
"""
function random_matrix(seed, rows, columns)
    matrix = zeros(Float32, rows, columns)
    state = UInt64(seed)
    for i in eachindex(matrix)
        state += 0x9e3779b97f4a7c15
        z = (state ⊻ (state >> 30)) * 0xbf58476d1ce4e5b9
        z = (z ⊻ (z >> 27)) * 0x94d049bb133111eb
        matrix[i] = Float32((z ⊻ (z >> 31)) >> 40) / Float32(1 << 23) - 1
    end
    return matrix
end
