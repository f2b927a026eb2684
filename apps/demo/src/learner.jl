"""
A streaming model of how agents move for one second: 60 frames of an agent's positions (180 numbers) in, ten numbers out,
and back.

All agents share the model, so that each frame brings many examples. An example is an agent's path in the window,
relative to its mean place, in units of the flock's running root mean square.

Model: ten orthonormal patterns of 180 numbers. An agent's code is its path's share in each; the decoded path is the sum
of share times pattern. After each frame the patterns turn a little towards what their shares say and are made orthonormal
again: Oja's subspace rule (J. Math. Biology 15, 1982) with Gram-Schmidt, an incremental principal component analysis,
strongest pattern first. They begin random: they then explain nothing, and the error is near 1.

The error is measured on agents the model never learns from. The flock's code is the mean of the agents' codes, which is the
code of their mean path.
"""
module Learner

# BLAS by its own names: the generic functions above it cost two seconds of compilation.
using LinearAlgebra.BLAS: gemm!

export WindowCoder, learn!

const RATE = 0.2f0     # of turning, per frame
const MEMORY = 0.98f0  # of the running mean square that gives the unit

struct WindowCoder
    taught::Vector{Int}       # agents the model learns from
    examined::Vector{Int}     # agents its error and its code are measured on
    patterns::Matrix{Float32} # 3 frames x numbers
    paths::Matrix{Float32}    # 3 frames x agents: of the taught, then of the examined
    rest::Matrix{Float32}     # what decoding leaves over
    shares::Matrix{Float32}   # numbers x agents
    code::Vector{Float32}     # of the flock
    power::typeof(Ref(0.0f0))
    rate::Float32
end

"""
    WindowCoder(agents, frames; looked_at=256, numbers=10, rate=0.2, seed=1)

A model for windows of `3 x agents x frames`. Of the agents looked at, spread evenly, every second one is only examined.
"""
function WindowCoder(agents::Integer, frames::Integer; looked_at=256, numbers=10, rate=RATE, seed=1)
    half = max(1, min(looked_at, agents) ÷ 2)
    place(k) = 1 + (k * agents) ÷ (2 * half)
    patterns = orthonormalise!(random_matrix(seed, 3 * frames, numbers))
    paths() = zeros(Float32, 3 * frames, half)
    return WindowCoder(
        [place(2k) for k in 0:(half - 1)], [place(2k + 1) for k in 0:(half - 1)], patterns, paths(), paths(),
        zeros(Float32, numbers, half), zeros(Float32, numbers), Ref(0.0f0), rate,
    )
end

# Uniform in -1 to 1, by SplitMix64 (Steele, Lea and Flood 2014): the same on every version of Julia.
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

function product(patterns, i, j)
    total = 0.0f0
    @inbounds @simd for k in 1:size(patterns, 1)
        total += patterns[k, i] * patterns[k, j]
    end
    return total
end

# Gram-Schmidt, the columns in their order.
function orthonormalise!(patterns)
    rows, columns = size(patterns)
    for j in 1:columns
        for i in 1:(j - 1)
            share = product(patterns, i, j)
            @inbounds @simd for k in 1:rows
                patterns[k, j] -= share * patterns[k, i]
            end
        end
        scale = 1 / sqrt(product(patterns, j, j))
        @inbounds @simd for k in 1:rows
            patterns[k, j] *= scale
        end
    end
    return patterns
end

# The agents' paths, each relative to its mean place. (By way of its first place: who stands still is exactly at zero.)
function gather!(paths, window, agents)
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

unit(power) = power > 0 ? 1 / sqrt(power) : 1.0f0

function squares(matrix)
    total = 0.0f0
    @inbounds @simd for i in 1:length(matrix)
        total += matrix[i] * matrix[i]
    end
    return total
end

# The flock's code: the mean of its agents', in the flock's unit.
function average!(code, shares, scale)
    numbers, agents = size(shares)
    for j in 1:numbers
        total = 0.0f0
        for agent in 1:agents
            total += shares[j, agent]
        end
        code[j] = scale * total / agents
    end
    return code
end

# Encodes and decodes agents that are never learned from. Returns the share of their squares that is left over.
function examine!(coder::WindowCoder, window)
    gather!(coder.paths, window, coder.examined)
    power = squares(coder.paths)
    gemm!('T', 'N', 1.0f0, coder.patterns, coder.paths, 0.0f0, coder.shares)
    copyto!(coder.rest, coder.paths)
    gemm!('N', 'N', -1.0f0, coder.patterns, coder.shares, 1.0f0, coder.rest)
    average!(coder.code, coder.shares, unit(coder.power[]))
    return power > 0 ? Float64(squares(coder.rest) / power) : 1.0
end

function teach!(coder::WindowCoder, window)
    gather!(coder.paths, window, coder.taught)
    agents = size(coder.paths, 2)
    power = squares(coder.paths) / agents
    coder.power[] = coder.power[] == 0 ? power : MEMORY * coder.power[] + (1 - MEMORY) * power
    coder.power[] > 0 || return coder
    # Both factors of the product are in the flock's unit.
    rate = coder.rate / (agents * coder.power[])
    gemm!('T', 'N', 1.0f0, coder.patterns, coder.paths, 0.0f0, coder.shares)
    gemm!('N', 'T', rate, coder.paths, coder.shares, 1.0f0, coder.patterns)
    orthonormalise!(coder.patterns)
    return coder
end

"""
    learn!(coder, window) -> error

Encodes `window` (3 x agents x frames) into `coder.code`, then learns from it. `error` is the reconstruction error before
learning: the share of the squares of the examined agents' paths that the decoded paths leave over, 0 to 1; 1 if nobody
moves.
"""
function learn!(coder::WindowCoder, window)
    error = examine!(coder, window)
    teach!(coder, window)
    return error
end

end
