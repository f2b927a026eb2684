# Principal components of the same paths: what ten numbers can do by straight sums alone.

mutable struct Principal
    covariance::Matrix{Float32} # sum of products
    patterns::Matrix{Float32}   # the strongest first
end

Principal(inputs, numbers) = Principal(zeros(Float32, inputs, inputs), zeros(Float32, inputs, numbers))

"Takes in paths, a column each."
add_paths!(p::Principal, paths) = BLAS.syrk!('U', 'N', 1.0f0, paths, 1.0f0, p.covariance)

"Finds the patterns of all paths taken in."
function solve!(p::Principal)
    inputs, numbers = size(p.patterns)
    p.patterns .= eigen(Symmetric(p.covariance), (inputs - numbers + 1):inputs).vectors[:, end:-1:1]
    return p
end

"The share of the paths' squares that the patterns leave over."
function left_over(p::Principal, paths)
    power = sum(abs2, paths)
    return power > 0 ? Float64(sum(abs2, paths .- p.patterns * (p.patterns' * paths)) / power) : 1.0
end
