# Causal emergence: whether a feature of the whole predicts the future better than the parts do.

"""
    emergence(X, V=<mean over the agents of X>; lag=1, estimator=Gaussian()) -> (psi, delta, gamma, whole, parts)

Criteria of causal emergence for a feature V of the parts Xʲ (the agents), in nats ([`bits`](@ref) converts):

    Ψ = I(V(t); V(t+lag)) - Σⱼ I(Xʲ(t); V(t+lag))                 `psi` = `whole` - `parts`
    Δ = maxⱼ [ I(V(t); Xʲ(t+lag)) - Σᵢ I(Xⁱ(t); Xʲ(t+lag)) ]
    Γ = maxⱼ I(V(t); Xʲ(t+lag))

- Ψ > 0: V is causally emergent. It predicts its future better than the sum of the predictions of the single parts.
- Δ > 0: V shows downward causation.
- Ψ > 0 and Γ = 0: V is causally decoupled from the parts.

`X` is a window, `D x N x T`; each agent j has D rows. `V` is a series of T samples, a vector or `d x T`. It must be a
function of `X` at the same time and of nothing else. The default is the mean over the agents: the centre of mass of
positions, or the polarisation vector of [`headings`](@ref). `lag` is in frames. The result has `psi`, `delta`, `gamma`,
and the two terms of Ψ: `whole` and `parts`.

```julia
swarm = subscribe("swarm"; stride=6)                 # 10 frames a second of 60
for w in window(swarm, 120, :velocity)
    isfull(w) && println(emergence(headings(w[:velocity][:, 1:20, :])))
end
```

Caveats.

- The criteria are sufficient, not necessary: Ψ <= 0 does not exclude emergence.
- Information that several parts share is subtracted once for each of them. Ψ and Δ of many agents that move alike are
  therefore far below 0. Use few agents, or groups of agents.
- [`Gaussian`](@ref) measures linear dependence only.
- Each of the N terms is too large by about D·d / 2T. In Ψ all but one are subtracted. The window must be much longer
  than N·D·d, or use `Gaussian(unbiased=true)`. Shuffled windows show the values due to chance.
- The maximum over j makes Δ and Γ too large by chance.
- The motion must be stationary. Positions of a travelling flock are not: use positions relative to its centre, or
  headings.
- The result depends on `lag`: try several. It depends on V as well, and is meaningless if V is not a function of X.

Throws the exceptions of [`mutual_information`](@ref), and a `DomainError` for a `lag` outside 1 to T - 1. Cost: N²
pairs; with `Gaussian` one matrix product of N·D x T with T x N·D. Source: Rosas, Mediano et al., PLoS Comput. Biol. 16
(2020) e1008289, and its code ReconcilingEmergences, which defines Δ and Γ in the same way.
"""
function emergence(X::AbstractArray{<:Real,3}, V=mean_over_agents(X); lag::Integer=1, estimator::Estimator=Gaussian())
    parts, whole = agents(X), Series(V, "V")
    isempty(parts) && throw(ArgumentError("there are no agents in X"))
    n = same_length(whole, first(parts))
    1 <= lag < n || throw(DomainError(lag, "the lag must be from 1 to $(n - 1), the number of samples minus 1"))
    now(s) = between(s, 1, n - lag)
    then(s) = between(s, 1 + lag, n)
    V_V = only(pairwise(estimator, [now(whole)], [then(whole)]))
    X_V = sum(pairwise(estimator, map(now, parts), [then(whole)]))
    V_X = vec(pairwise(estimator, [now(whole)], map(then, parts)))
    X_X = vec(sum(pairwise(estimator, map(now, parts), map(then, parts)); dims=1))
    return (psi=V_V - X_V, delta=maximum(V_X .- X_X), gamma=maximum(V_X), whole=V_V, parts=X_V)
end

mean_over_agents(X) = dropdims(sum(X; dims=2); dims=2) ./ size(X, 2)
