# Couzin et al. 2002, collective memory: one parameter goes up and down again; the group depends on its history.

const MEMORY_WIDTHS = collect(0.0:0.5:5.0)
const MEMORY_ATTRACTION = 10.0
const MILLS = 0.5    # a rotation that a group without a torus does not reach
const SENSES = 11.0   # the smallest distance at which agents are neighbours
const TRIES = 4       # attempts for each run that is wanted

function couzin_memory(options)
    seeds, steps, burn_in = seeds_of(options, 3), steps_of(options, 1_000), burn_in_of(options, 4_000)
    way = vcat(MEMORY_WIDTHS, reverse(MEMORY_WIDTHS))
    progress = Progress()
    runs = Vector{NamedTuple}[]
    broken = 0
    for seed in 1:(TRIES * seeds)
        done = length(runs)
        run = up_and_down(options, seed, way, steps, burn_in) do k
            show!(
                progress, (done + k / length(way)) / seeds,
                "couzin-memory: width $(way[k]), run $(done + 1) of $seeds, seed $seed",
            )
        end
        # The rotation of a group that broke apart would be that of its parts around each other.
        run === nothing ? (broken += 1) : push!(runs, run)
        length(runs) == seeds && break
    end
    isempty(runs) && throw(UsageError("the group broke apart in all of $broken runs"))
    return memory_results([[run[k] for run in runs] for k in eachindex(way)], broken)
end

# The measurements along the way; nothing if the group broke apart.
function up_and_down(report, options, seed, way, steps, burn_in)
    metrics = (polarisation, rotation, clusters(SENSES))
    with_measured_swarm(couzin_arguments(options, seed, 0, MEMORY_ATTRACTION), metrics) do loop
        run = NamedTuple[]
        for (k, width) in enumerate(way)
            from = steer!(loop.swarm, :delta_ro => width).step + burn_in
            push!(run, measure(loop, (:polarisation, :rotation, :clusters), from, from + steps))
            last(run).clusters > 1.01 && return nothing
            report(k)
        end
        return run
    end
end

function memory_results(measured, broken)
    n = length(MEMORY_WIDTHS)
    half(runs, name) = [[getproperty(m, name) for m in at] for at in runs]
    up, down = measured[1:n], reverse(measured[(n + 1):end])
    rows = Any[]
    for (direction, runs) in (("up", up), ("down", down)), (k, width) in enumerate(MEMORY_WIDTHS)
        phi, turning = half(runs, :polarisation)[k], half(runs, :rotation)[k]
        push!(rows, Any[direction, width, mean(phi), standard_error(phi), mean(turning), standard_error(turning)])
    end
    series(name, runs, field, colour) =
        Series(name, MEMORY_WIDTHS, mean.(half(runs, field)), standard_error.(half(runs, field)), colour, :line)
    title = "Collective memory (Couzin 2002): one slider, up and down"
    figure = Figure(title, "width of the zone of orientation", "order parameter", [
        series("rotation, going up", up, :rotation, "#1f77b4"), series(
            "rotation, going down", down, :rotation, "#8fc1e3"
        ),
        series("polarisation, going up", up, :polarisation, "#d6006c"), series(
            "polarisation, going down", down, :polarisation, "#f19ac0"
        ),
    ])
    columns = ["direction", "delta_ro", "polarisation", "polarisation_error", "rotation", "rotation_error"]
    println(stderr, length(first(measured)), " runs measured; in ", broken, " more the group broke apart")
    turning(runs) = mean.(half(runs, :rotation))
    return Results(
        "couzin-memory", columns, rows, figure,
        memory_checks(turning(up), turning(down), mean.(half(up, :polarisation)), mean.(half(down, :polarisation))),
    )
end

function memory_checks(up, down, phi_up, phi_down)
    mill = findall(>(MILLS), up) # widths at which the group mills on its way up
    difference = isempty(mill) ? 0.0 : maximum(up[k] - down[k] for k in mill)
    return [
        Check("going up: without orientation, no order", phi_up[1], "below 0.4", phi_up[1] < 0.4),
        Check("going up: the largest rotation", maximum(up), "above $MILLS (a torus)", !isempty(mill)),
        Check("at the widest: polarisation", last(phi_up), "above 0.9", last(phi_up) > 0.9),
        Check(
            "going down: the same widths mill less, by", difference, "above 0.3 (the torus is skipped)",
            difference > 0.3,
        ),
        Check("back at the start: no order again", phi_down[1], "below 0.4", phi_down[1] < 0.4),
    ]
end
