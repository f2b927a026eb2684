# Whether the whole says more about the future than its parts do.

"""
    emergence(X, V=<mean over the agents of X>; lag=1, estimator=Gaussian()) -> (psi, delta, gamma, whole, parts)

Criteria of causal emergence for a feature V of the parts Xʲ (the agents), in nats ([`bits`](@ref) converts):

    Ψ = I(V(t); V(t+lag)) - Σⱼ I(Xʲ(t); V(t+lag))                 `psi` = `whole` - `parts`
    Δ = maxⱼ [ I(V(t); Xʲ(t+lag)) - Σᵢ I(Xⁱ(t); Xʲ(t+lag)) ]
    Γ = maxⱼ I(V(t); Xʲ(t+lag))

Ψ > 0: V is causally emergent, it says more about its future than the parts do together, one by one. Δ > 0: V shows downward
causation. Ψ > 0 and Γ = 0: V is causally decoupled from the parts.

`X` is a window, `D x N x T` (one agent, D rows, for each j); `V` a series of T samples, a vector or `d x T`, which must be a
function of `X` at the same time and of nothing else. By default the mean over the agents: the centre of mass of positions, the
polarisation vector of [`headings`](@ref).

```julia
swarm = subscribe("swarm"; every=6)                  # 10 frames a second of 60
for w in window(swarm, 120, :velocity)
    isfull(w) && println(emergence(headings(w[:velocity][:, 1:20, :])))
end
```

Caveats. The criteria are sufficient, not necessary: Ψ <= 0 does not say that nothing emerges. What several parts tell alike is
subtracted once for each of them, so that Ψ and Δ of many agents that do the same are far below 0: use few agents, or groups of
them. [`Gaussian`](@ref) sees linear dependence only. Each of the N terms is too large by about D·d / 2T in a window of T frames, in
Ψ all with a minus but one: the window must be much longer than N·D·d, or use `Gaussian(unbiased=true)`; shuffled windows say what
chance gives. `maxⱼ` makes Δ and Γ too large by chance, too. Motion must be stationary: positions of a flock that travels are not
(take them from its centre, or headings). The answer depends on `lag`: try several. And on V: a V that is not a function of X makes
the criteria meaningless.

Throws as [`mutual_information`](@ref). Source: Rosas, Mediano et al., PLoS Comput. Biol. 16 (2020) e1008289, and its code
ReconcilingEmergences, which defines Δ and Γ alike. Cost: N² pairs; with `Gaussian` one matrix product of N·D x T with T x N·D.
"""
function emergence(X::AbstractArray{<:Real,3}, V=mean_over_agents(X); lag::Integer=1, estimator::Estimator=Gaussian())
    parts, whole = agents(X), Series(V, "V")
    isempty(parts) && throw(ArgumentError("there are no agents in X"))
    n = same_length(whole, first(parts))
    1 <= lag < n || throw(DomainError(lag, "the lag is from 1 to the number of samples less 1, which is $(n - 1)"))
    now(s) = between(s, 1, n - lag)
    then(s) = between(s, 1 + lag, n)
    V_V = only(pairwise(estimator, [now(whole)], [then(whole)]))
    X_V = sum(pairwise(estimator, map(now, parts), [then(whole)]))
    V_X = vec(pairwise(estimator, [now(whole)], map(then, parts)))
    X_X = vec(sum(pairwise(estimator, map(now, parts), map(then, parts)); dims=1))
    return (psi=V_V - X_V, delta=maximum(V_X .- X_X), gamma=maximum(V_X), whole=V_V, parts=X_V)
end

mean_over_agents(X) = dropdims(sum(X; dims=2); dims=2) ./ size(X, 2)
