# Couzin et al. 2002: three kinds of collective motion of the same agents.

struct CouzinState
    name::String
    orientation::Float64 # width of the zone of orientation
    attraction::Float64  # width of the zone of attraction
    polarisation::Float64
    rotation::Float64
end

# Measured independently before: the last 500 of 5,000 steps.
const COUZIN_STATES = (
    CouzinState("swarm", 0, 14, 0.18, 0.22), CouzinState("torus", 2, 10, 0.16, 0.75),
    CouzinState("parallel", 4, 10, 1.00, 0.01),
)
const STATE_TOLERANCE = 0.1

function couzin_arguments(options, seed, orientation, attraction)
    return (
        "--model", "couzin", "--agents", options.agents, "--seed", seed, "--set", "delta_ro=$orientation",
        "--set", "delta_ra=$attraction",
    )
end

function couzin_states(options)
    seeds, steps, burn_in = seeds_of(options, 5), steps_of(options, 500), burn_in_of(options, 4_500)
    progress = Progress()
    measured = [NamedTuple[] for _ in COUZIN_STATES]
    for seed in 1:seeds, (k, state) in enumerate(COUZIN_STATES)
        with_measured_swarm(
            couzin_arguments(options, seed, state.orientation, state.attraction), (polarisation, rotation)
        ) do loop
            push!(measured[k], measure(loop, (:polarisation, :rotation), burn_in, burn_in + steps))
        end
        show!(
            progress, ((seed - 1) * length(COUZIN_STATES) + k) / (seeds * length(COUZIN_STATES)),
            "couzin-states: $(state.name), seed $seed of $seeds",
        )
    end
    return state_results(measured)
end

function state_results(measured)
    phi = [[m.polarisation for m in runs] for runs in measured]
    turning = [[m.rotation for m in runs] for runs in measured]
    rows = [
        Any[
            s.name, s.orientation, s.attraction, mean(phi[k]), standard_error(phi[k]), mean(turning[k]),
            standard_error(turning[k]),
        ]
        for (k, s) in enumerate(COUZIN_STATES)
    ]
    widths = [s.orientation for s in COUZIN_STATES]
    title = "Swarm, torus, parallel group (Couzin 2002)"
    figure = Figure(title, "width of the zone of orientation", "order parameter", [
        Series("polarisation", widths, mean.(phi), standard_error.(phi), "#d6006c", :line),
        Series("rotation", widths, mean.(turning), standard_error.(turning), "#1f77b4", :line),
        Series(
            "known", vcat(widths, widths),
            vcat([s.polarisation for s in COUZIN_STATES], [s.rotation for s in COUZIN_STATES]), fill(NaN, 6), "#444",
            :cross
        ),
    ])
    columns = ["state", "delta_ro", "delta_ra", "polarisation", "polarisation_error", "rotation", "rotation_error"]
    return Results("couzin-states", columns, rows, figure, state_checks(phi, turning))
end

function state_checks(phi, turning)
    checks = Check[]
    for (k, s) in enumerate(COUZIN_STATES), (what, runs, known) in (
        ("polarisation", phi[k], s.polarisation), ("rotation", turning[k], s.rotation)
    )
        push!(
            checks,
            Check(
                "$(s.name): $what", mean(runs), "$known within $STATE_TOLERANCE",
                abs(mean(runs) - known) <= STATE_TOLERANCE,
            ),
        )
    end
    return checks
end
