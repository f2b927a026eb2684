# Vicsek et al. 1995: order against noise.

# Measured independently before (L = 5, N = 100, v = 0.03, 5 seeds, 20,000 steps): seed SD at most 0.007.
const KNOWN_ORDER = Dict(
    0.5 => 0.988, 1.0 => 0.953, 1.5 => 0.897, 2.0 => 0.821, 2.5 => 0.729, 3.0 => 0.621, 3.5 => 0.499, 4.0 => 0.361,
    4.5 => 0.223, 5.0 => 0.132,
)
const ORDER_TOLERANCE = 0.02

function vicsek_order(options)
    seeds, steps, burn_in = seeds_of(options, 5), steps_of(options, 20_000), burn_in_of(options, 5_000)
    edge = sqrt(options.agents / options.density)
    noises = sort(unique(options.noise))
    progress = Progress()
    order = [Float64[] for _ in noises]
    for seed in 1:seeds
        arguments = (
            "--model", "vicsek", "--agents", options.agents, "--seed", seed, "--boundary", "periodic", "--box", edge
        )
        with_measured_swarm(arguments, (polarisation,)) do loop
            for (k, noise) in enumerate(noises)
                from = steer!(loop.swarm, :noise => noise).step + burn_in
                push!(order[k], measure(loop, (:polarisation,), from, from + steps).polarisation)
                show!(
                    progress, ((seed - 1) * length(noises) + k) / (seeds * length(noises)),
                    "vicsek-order: noise $noise, seed $seed of $seeds",
                )
            end
        end
    end
    return order_results(options, noises, order)
end

function order_results(options, noises, order)
    means, errors = mean.(order), standard_error.(order)
    rows = [Any[noise, means[k], errors[k], length(order[k])] for (k, noise) in enumerate(noises)]
    known = options.agents == 100 && options.density == 4 ? filter(n -> haskey(KNOWN_ORDER, n), noises) : Float64[]
    series = [Series("N = $(options.agents), live", noises, means, errors, "#d6006c", :line)]
    isempty(known) || push!(
        series, Series("known", known, [KNOWN_ORDER[n] for n in known], fill(NaN, length(known)), "#444", :cross)
    )
    figure = Figure(
        "Order against noise (Vicsek 1995), density $(options.density)", "noise (rad)", "polarisation", series
    )
    return Results(
        "vicsek-order", ["noise", "polarisation", "standard_error", "seeds"], rows, figure,
        order_checks(noises, means, known),
    )
end

function order_checks(noises, means, known)
    checks = [order_check(noise, means[findfirst(==(noise), noises)]) for noise in known]
    falls = all(k -> means[k] < means[k - 1] + ORDER_TOLERANCE, 2:length(means))
    return push!(checks, Check("order falls with noise", last(means), "below $(round(first(means); digits=3))", falls))
end

order_check(noise, measured) = Check(
    "polarisation at noise $noise", measured, "$(KNOWN_ORDER[noise]) within $ORDER_TOLERANCE",
    abs(measured - KNOWN_ORDER[noise]) <= ORDER_TOLERANCE,
)
