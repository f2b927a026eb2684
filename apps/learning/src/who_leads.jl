# Finds the leaders of a flock, which a pilot steers, from the motion of all agents; then other agents take over.

const LEAD_RATE = 120
const LEAD_WINDOW = 300               # steps: 2.5 s
const LEAD_LABEL = "pilot"
const LEAD_EVERY = 12                 # steps: 10 times a second
const ENTROPY_EVERY = 60                 # steps: twice a second
const LEAD_SETTLING = 120             # steps before the analysis begins
const LEAD_SWARM = (neighbours=64, speed=0.5, alignment=0.5, cohesion=0.8, separation=0.5, noise=0.8)
const LEAD_AGENTS = 20:65             # so few that each agent is a neighbour of all others
const LEAST_LEAD_S = 9.0
const CHANCE_LEAD = 6.0           # steps: more than by chance
const LONGEST_SEARCH_S = 6.0

struct LeadEstimate
    seconds::Float64
    phase::Int              # 1: no agent is steered
    is_whole::Bool          # whether the window is of this phase alone
    lead::Vector{Float64}   # of each agent, in steps
    entropy::Matrix{Float64} # in nats, from each to each; the newest one computed
end

mutable struct LeadStudy
    planted::Vector{Vector{Int}} # leaders in each phase: the truth, unknown to the search
    estimates::Vector{LeadEstimate}
    planned::Int                 # of them
    began::Vector{Float64}       # seconds, each phase
    answered::Float64            # share of the steps that the pilot answered
    missed::Int
end

function who_leads(options)
    agents = agents_of(options, 50, 50, 2)
    agents in LEAD_AGENTS || throw(
        UsageError("who-leads takes $(first(LEAD_AGENTS)) to $(last(LEAD_AGENTS)) agents, not $agents")
    )
    seconds = seconds_of(options, 24.0, 14.0)
    long_enough = seconds >= LEAST_LEAD_S
    long_enough || throw(
        UsageError("who-leads takes $LEAST_LEAD_S seconds or more: its windows are $(LEAD_WINDOW / LEAD_RATE) s long")
    )
    settings = Iterators.flatten(("--set", "$name=$value") for (name, value) in pairs(LEAD_SWARM))
    arguments = (
        "--model", "topological", "--boundary", "open", "--agents", agents, "--seed", options.seed, "--rate", LEAD_RATE,
        "--lock-step", LEAD_LABEL, settings...,
    )
    # A leader that is not steered for a while stops leading. So the swarm waits for the pilot.
    study = watch(arguments; mode=:lockstep, fields=(position=Float32,), label=LEAD_LABEL) do swarm
        return search_live(swarm, agents, seconds, options.seed)
    end
    return lead_results(study, options)
end

# Two disjoint sets of agents.
function planted_agents(rng, agents)
    count = max(2, agents ÷ 10)
    drawn = randperm(rng, agents)[1:(2count)]
    return [Int[], sort(drawn[1:count]), sort(drawn[(count + 1):end])]
end

# Steps at which the phases begin: no agent is steered, the first leaders are, the second leaders are.
function phase_starts(seconds)
    free = LEAD_SETTLING + LEAD_WINDOW + 1
    rest = (round(Int, seconds * LEAD_RATE) - free) ÷ 2
    return [LEAD_SETTLING, free, free + rest, free + 2rest]
end

function search_live(swarm, agents, seconds, seed)
    foreach(f -> f(randn(Float32, 3, agents, LEAD_WINDOW + 1)), (mean_leads, entropies)) # Julia compiles before the run
    rng = MersenneTwister(seed)
    pilot, plan = Pilot(rng), phase_starts(seconds)
    planned = (plan[end] - plan[1] - LEAD_WINDOW) ÷ LEAD_EVERY
    study = LeadStudy(planted_agents(rng, agents), [], planned, Float64[], NaN, 0)
    w, progress = window(swarm, LEAD_WINDOW + 1, :position), example_progress()
    origin, steered = newest_step(swarm), 0
    for frame in swarm
        push!(w, frame)
        step = frame.step - origin
        enter_phase!(study, pilot, plan, step) || return conclude_search!(study, pilot, steered)
        lead!(pilot, swarm, frame, LEAD_SWARM.speed)
        steered += !isempty(pilot.leaders)
        study.missed += isempty(study.began) ? 0 : frame.missed
        step >= plan[1] && step % LEAD_EVERY == 0 && process_frame!(study, w, step)
        isempty(study.estimates) || is_due(progress) && show!(
            progress, min(0.99, step / plan[end]), lead_title(study), lead_rows(study)
        )
    end
    throw(SwarmEnded())
end

function conclude_search!(study, pilot, steered)
    study.answered = pilot.answered / steered
    return study
end

newest_step(swarm) = latest(frame -> frame.step, swarm)

# False at the end of the run. A phase begins at its time, but not before the previous one was measured in a window of
# its own.
function enter_phase!(study, pilot, plan, step)
    phase = length(study.began)
    step >= plan[phase + 1] || return true
    phase == 0 || any(e -> e.phase == phase && e.is_whole, study.estimates) || return true
    phase == length(study.planted) && return false
    push!(study.began, step / LEAD_RATE)
    take_over!(pilot, study.planted[phase + 1])
    return true
end

function process_frame!(study, w, step)
    isfull(w) && all(==(1), diff(w.seqs)) || return nothing
    seconds, phase = step / LEAD_RATE, length(study.began)
    is_whole = seconds - last(study.began) >= LEAD_WINDOW / LEAD_RATE
    P = w[:position]
    entropy = isempty(study.estimates) || step % ENTROPY_EVERY == 0 ? entropies(P) : last(study.estimates).entropy
    push!(study.estimates, LeadEstimate(seconds, phase, is_whole, mean_leads(P), entropy))
    return nothing
end

# ---------------------------------------------------------------------------------------------------------- the picture

const PHASES = ("no leaders", "the first leaders", "the second leaders")

lead_title(study) =
    string(
        fixed(last(study.estimates).seconds, 0), " s, ", PHASES[length(study.began)], ", ", study.missed,
        " frames missed",
    )

function lead_rows(study)
    now = last(study.estimates)
    planted = study.planted[now.phase]
    count = max(length(planted), 1)
    found(values) = isempty(planted) ? "" : "$(found_count(values, planted)) of $count"
    share(values, planted) = isempty(planted) ? NaN : found_count(values, planted) / count
    curve(values) = [share(values(e), study.planted[e.phase]) for e in study.estimates]
    row(label, values) = Row(label, found(values(now)), curve(values), study.planned, 0.0, 1.0)
    return [
        Row("ahead of the others", join(largest(now.lead, length(study.planted[2])) .- 1, " ")),
        Row(
            "by, steps", fixed(maximum(now.lead), 1), [maximum(e.lead) for e in study.estimates], study.planned, 0.0,
            12.0
        ),
        row("leaders among them", e -> e.lead), row("transfer entropy", e -> net_entropy(e.entropy)),
    ]
end

const LEAD_COLOURS = ("#b8b8b8", "#d6006c", "#1f77b4")

function lead_figures(study)
    return [
        lead_figure(study, "Lead over the others", "mean delay, steps", e -> e.lead),
        lead_figure(study, "Net transfer entropy", "nats", e -> net_entropy(e.entropy)),
    ]
end

const DRAWN_EVERY = 5 # estimates, so that the picture stays small

# A curve for each agent, the leaders on top.
function lead_figure(study, title, label, values)
    drawn, series = study.estimates[1:DRAWN_EVERY:end], Series[]
    for phase in 1:3
        members = phase == 1 ? setdiff(eachindex(first(study.estimates).lead), study.planted...) : study.planted[phase]
        for (k, i) in enumerate(members)
            name = k > 1 ? "" : phase == 1 ? "others" : PHASES[phase]
            push!(
                series,
                Series(name, [e.seconds for e in drawn], [values(e)[i] for e in drawn], LEAD_COLOURS[phase], :curve)
            )
        end
    end
    everything = vcat((s.y for s in series)...)
    for began in study.began[2:end]
        push!(series, Series("", [began, began], collect(extrema(everything)), "#444", :dashes))
    end
    return Figure(title, "seconds", label, series; y=nothing)
end

# ---------------------------------------------------------------------------------------------------------- the verdict

function lead_results(study, options)
    finals = [last(filter(e -> e.phase == phase && e.is_whole, study.estimates)) for phase in 1:3]
    chance = maximum(first(finals).lead)
    checks = vcat(
        Check("no leaders: largest lead, steps", chance, "below $CHANCE_LEAD", chance < CHANCE_LEAD),
        (lead_checks(study, e, options) for e in finals[2:3])...,
    )
    foreach(line -> println(stderr, line), lead_notes(study, finals[2:3]))
    columns = ["seconds", "phase", "agent", "planted", "lead", "net_entropy"]
    rows = [
        Any[e.seconds, e.phase, i - 1, Int(i in study.planted[e.phase]), lead, entropy] for e in study.estimates for
        (i, (lead, entropy)) in enumerate(zip(e.lead, net_entropy(e.entropy)))
    ]
    return Results("who-leads", columns, rows, lead_figures(study), checks)
end

function lead_checks(study, e, options)
    planted, name = study.planted[e.phase], PHASES[e.phase]
    others = setdiff(eachindex(e.lead), planted)
    count = length(planted)
    least, best = minimum(e.lead[planted]), maximum(e.lead[others])
    found, right = found_after(study, e.phase), found_count(e.lead, planted)
    return [
        Check("$name: leaders among the first $count by delay", right, "$count", right == count),
        Check(
            "$name: least lead of a leader, steps", least,
            "above 0 and above $(fixed(best, 2)), the largest of the others", least > max(best, 0),
        ),
        timing(
            "$name: seconds until all are found", found, "below $LONGEST_SEARCH_S",
            found < LONGEST_SEARCH_S; judged=!options.short,
        ),
    ]
end

# Seconds from the beginning of the phase until its leaders are found and stay found.
function found_after(study, phase)
    planted = study.planted[phase]
    mine = filter(e -> e.phase == phase, study.estimates)
    wrong = findlast(e -> found_count(e.lead, planted) < length(planted), mine)
    wrong === length(mine) && return NaN
    return mine[wrong === nothing ? 1 : wrong + 1].seconds - study.began[phase]
end

# Transfer entropy is not part of the verdict: see docs/learning/who-leads.md.
function lead_notes(study, finals)
    notes = ["$(percent(study.answered)) % of the steps steered, $(study.missed) frames missed"]
    for e in finals
        planted = study.planted[e.phase]
        others = setdiff(eachindex(e.lead), planted)
        between(from, to) =
            fixed(sum(e.entropy[from, to]) / (length(from) * length(to) - length(intersect(from, to))), 3)
        push!(notes, string(
            PHASES[e.phase], ": transfer entropy finds ", found_count(net_entropy(e.entropy), planted), " of ",
            length(planted),
            "; nats from leader to follower ", between(planted, others), ", back ", between(others, planted),
            ", from follower to follower ",
            between(others, others),
        ))
    end
    return notes
end
