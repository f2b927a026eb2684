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

using LinearAlgebra: axpy!, dot, mul!, norm, rmul!
using Random: MersenneTwister, randn

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
    power::Base.RefValue{Float32}
    rate::Float32
end

"""
    WindowCoder(agents, frames; looked_at=256, numbers=10, rate=0.2, seed=1)

A model for windows of `3 x agents x frames`. Of the agents looked at, spread evenly, every second one is only examined.
"""
function WindowCoder(agents::Integer, frames::Integer; looked_at=256, numbers=10, rate=RATE, seed=1)
    half = max(1, min(looked_at, agents) ÷ 2)
    place(k) = 1 + (k * agents) ÷ (2 * half)
    patterns = orthonormalise!(randn(MersenneTwister(seed), Float32, 3 * frames, numbers))
    paths() = zeros(Float32, 3 * frames, half)
    return WindowCoder(
        [place(2k) for k in 0:(half - 1)], [place(2k + 1) for k in 0:(half - 1)], patterns, paths(), paths(),
        zeros(Float32, numbers, half), zeros(Float32, numbers), Ref(0.0f0), rate,
    )
end

function orthonormalise!(patterns)
    for j in axes(patterns, 2)
        pattern = view(patterns, :, j)
        for i in 1:(j - 1)
            stronger = view(patterns, :, i)
            axpy!(-dot(stronger, pattern), stronger, pattern)
        end
        rmul!(pattern, 1 / norm(pattern))
    end
    return patterns
end

# The agents' paths, each relative to its mean place.
function gather!(paths, window, agents)
    frames = size(paths, 1) ÷ 3
    size(window, 3) == frames && size(window, 2) >= maximum(agents) ||
        throw(DimensionMismatch("the model is for windows of $frames frames, not $(size(window))"))
    for k in 1:frames, column in eachindex(agents)
        for c in 1:3
            @inbounds paths[3 * (k - 1) + c, column] = window[c, agents[column], k]
        end
    end
    for column in axes(paths, 2), c in 1:3
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

# Encodes and decodes agents that are never learned from. Returns the share of their squares that is left over.
function examine!(coder::WindowCoder, window)
    gather!(coder.paths, window, coder.examined)
    power = sum(abs2, coder.paths)
    mul!(coder.shares, coder.patterns', coder.paths)
    copyto!(coder.rest, coder.paths)
    mul!(coder.rest, coder.patterns, coder.shares, -1.0f0, 1.0f0)
    for j in eachindex(coder.code)
        coder.code[j] = unit(coder.power[]) * sum(view(coder.shares, j, :)) / size(coder.shares, 2)
    end
    return power > 0 ? Float64(sum(abs2, coder.rest) / power) : 1.0
end

function teach!(coder::WindowCoder, window)
    gather!(coder.paths, window, coder.taught)
    agents = size(coder.paths, 2)
    power = sum(abs2, coder.paths) / agents
    coder.power[] = coder.power[] == 0 ? power : MEMORY * coder.power[] + (1 - MEMORY) * power
    rmul!(coder.paths, unit(coder.power[]))
    mul!(coder.shares, coder.patterns', coder.paths)
    mul!(coder.patterns, coder.paths, coder.shares', coder.rate / agents, 1.0f0)
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
