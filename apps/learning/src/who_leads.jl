# Who leads: agents planted by steering them are found from how everybody moves; then others take over.

const LEAD_RATE = 120
const LEAD_WINDOW = 300               # steps: 2.5 s
const LEAD_LABEL = "pilot"
const LEAD_EVERY = 12                 # steps: 10 times a second
const TOLD_EVERY = 60                 # steps: twice a second
const LEAD_SETTLING = 120             # steps, before anything is looked at
const LEAD_SWARM = (neighbours=64, speed=0.5, alignment=0.5, cohesion=0.8, separation=0.5, noise=0.8)
const LEAD_AGENTS = 20:65             # up to there everybody minds everybody
const LEAST_LEAD_S = 9.0
const NOBODY_LEADS_BY = 6.0           # steps: more than chance does
const LONGEST_SEARCH_S = 6.0

struct LeadEstimate
    seconds::Float64
    phase::Int              # 1: nobody is steered
    is_whole::Bool          # whether the window is of this phase alone
    lead::Vector{Float64}   # of each agent, in steps
    told::Matrix{Float64}   # in nats, from each to each; of the newest time it was looked at
end

mutable struct LeadStudy
    planted::Vector{Vector{Int}} # in each phase: the truth, of which the search is told nothing
    estimates::Vector{LeadEstimate}
    planned::Int                 # of them
    began::Vector{Float64}       # seconds, each phase
    answered::Float64            # share of the steps that the pilot answered
    missed::Int
end

function who_leads(root, options)
    agents = agents_of(options, 50, 50, 2)
    agents in LEAD_AGENTS || throw(UsageError("who-leads takes $(first(LEAD_AGENTS)) to $(last(LEAD_AGENTS)) agents, not $agents"))
    seconds = seconds_of(options, 24.0, 14.0)
    long_enough = seconds >= LEAST_LEAD_S
    long_enough || throw(UsageError("who-leads takes $LEAST_LEAD_S seconds or more: its windows are $(LEAD_WINDOW / LEAD_RATE) s long"))
    settings = Iterators.flatten(("--set", "$name=$value") for (name, value) in pairs(LEAD_SWARM))
    arguments = (
        "--model", "topological", "--boundary", "open", "--agents", agents, "--seed", options.seed, "--rate", LEAD_RATE,
        "--lock-step", LEAD_LABEL, settings...,
    )
    # A leader whom nobody steers for a while leads nobody. So the swarm waits for the pilot, however long the search or the machine takes.
    study = watch(root, arguments; mode=:lockstep, fields=(position=Float32,), label=LEAD_LABEL) do swarm
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

# Steps at which the phases begin: nobody is steered, the first leaders are, the second.
function phase_starts(seconds)
    free = LEAD_SETTLING + LEAD_WINDOW + 1
    rest = (round(Int, seconds * LEAD_RATE) - free) ÷ 2
    return [LEAD_SETTLING, free, free + rest, free + 2rest]
end

function search_live(swarm, agents, seconds, seed)
    foreach(f -> f(randn(Float32, 3, agents, LEAD_WINDOW + 1)), (who_precedes, who_tells)) # Julia compiles before it counts
    rng = MersenneTwister(seed)
    pilot, plan = Pilot(rng), phase_starts(seconds)
    planned = (plan[end] - plan[1] - LEAD_WINDOW) ÷ LEAD_EVERY
    study = LeadStudy(planted_agents(rng, agents), [], planned, Float64[], NaN, 0)
    w, board = window(swarm, LEAD_WINDOW + 1, :position), Board()
    origin, steered = newest_step(swarm), 0
    for frame in swarm
        push!(w, frame)
        step = frame.step - origin
        enter_phase!(study, pilot, plan, step) || return finish!(study, pilot, steered)
        lead!(pilot, swarm, frame, LEAD_SWARM.speed)
        steered += !isempty(pilot.leaders)
        study.missed += isempty(study.began) ? 0 : frame.missed
        step >= plan[1] && step % LEAD_EVERY == 0 && take_in!(study, w, step)
        isempty(study.estimates) || is_due(board) && show_rows!(board, lead_title(study), lead_rows(study))
    end
    throw(SwarmEnded())
end

function finish!(study, pilot, steered)
    study.answered = pilot.placed / steered
    return study
end

newest_step(swarm) = latest(frame -> frame.step, swarm)

# Whether it goes on. A phase begins in its time, but not before the one before it has been seen whole.
function enter_phase!(study, pilot, plan, step)
    phase = length(study.began)
    step >= plan[phase + 1] || return true
    phase == 0 || any(e -> e.phase == phase && e.is_whole, study.estimates) || return true
    phase == length(study.planted) && return false
    push!(study.began, step / LEAD_RATE)
    take_over!(pilot, study.planted[phase + 1])
    return true
end

function take_in!(study, w, step)
    isfull(w) && all(==(1), diff(w.seqs)) || return nothing
    seconds, phase = step / LEAD_RATE, length(study.began)
    is_whole = seconds - last(study.began) >= LEAD_WINDOW / LEAD_RATE
    P = w[:position]
    told = isempty(study.estimates) || step % TOLD_EVERY == 0 ? who_tells(P) : last(study.estimates).told
    push!(study.estimates, LeadEstimate(seconds, phase, is_whole, who_precedes(P), told))
    return nothing
end

# ---------------------------------------------------------------------------------------------------------------- the picture

const PHASES = ("nobody is steered", "the first leaders", "the second leaders")

lead_title(study) =
    string(fixed(last(study.estimates).seconds, 0), " s, ", PHASES[length(study.began)], ", ", study.missed, " frames missed")

function lead_rows(study)
    now = last(study.estimates)
    planted = study.planted[now.phase]
    count = max(length(planted), 1)
    found(values) = isempty(planted) ? "" : "$(hits(values, planted)) of $count"
    curve(values) = [isempty(study.planted[e.phase]) ? NaN : hits(values(e), study.planted[e.phase]) / count for e in study.estimates]
    row(label, values) = Row(label, found(values(now)), curve(values), study.planned, 0.0, 1.0)
    return [
        Row("ahead of the others", join(first_by(now.lead, length(study.planted[2])) .- 1, " "), ""),
        Row("by, steps", fixed(maximum(now.lead), 1), [maximum(e.lead) for e in study.estimates], study.planned, 0.0, 12.0),
        row("planted among them", e -> e.lead), row("transfer entropy", e -> net_told(e.told)),
    ]
end

const LEAD_COLOURS = ("#b8b8b8", "#d6006c", "#1f77b4")

function lead_figures(study)
    return [
        lead_figure(study, "Who is ahead of the others", "mean delay, steps", e -> e.lead),
        lead_figure(study, "Who tells more than it is told", "transfer entropy given less taken, nats", e -> net_told(e.told)),
    ]
end

const DRAWN_EVERY = 5 # estimates, so that the picture stays small

# A curve for each agent, the planted ones above the rest.
function lead_figure(study, title, label, values)
    drawn, series = study.estimates[1:DRAWN_EVERY:end], Series[]
    for phase in 1:3
        members = phase == 1 ? setdiff(eachindex(first(study.estimates).lead), study.planted...) : study.planted[phase]
        for (k, i) in enumerate(members)
            name = k > 1 ? "" : phase == 1 ? "others" : PHASES[phase]
            push!(series, Series(name, [e.seconds for e in drawn], [values(e)[i] for e in drawn], LEAD_COLOURS[phase], :curve))
        end
    end
    everything = vcat((s.y for s in series)...)
    for began in study.began[2:end]
        push!(series, Series("", [began, began], collect(extrema(everything)), "#444", :dashes))
    end
    return Figure(title, "seconds", label, series; y=nothing)
end

# ---------------------------------------------------------------------------------------------------------------- the verdict

function lead_results(study, options)
    finals = [last(filter(e -> e.phase == phase && e.is_whole, study.estimates)) for phase in 1:3]
    nobody = maximum(first(finals).lead)
    checks = vcat(
        Check("nobody is steered: largest lead, steps", nobody, "below $NOBODY_LEADS_BY", nobody < NOBODY_LEADS_BY),
        (lead_checks(study, e, options) for e in finals[2:3])...,
    )
    foreach(line -> println(stderr, line), lead_notes(study, finals[2:3]))
    columns = ["seconds", "phase", "agent", "planted", "lead", "gives"]
    rows = [
        Any[e.seconds, e.phase, i - 1, Int(i in study.planted[e.phase]), lead, told] for e in study.estimates for
        (i, (lead, told)) in enumerate(zip(e.lead, net_told(e.told)))
    ]
    return Results("who-leads", columns, rows, lead_figures(study), checks)
end

function lead_checks(study, e, options)
    planted, name = study.planted[e.phase], PHASES[e.phase]
    others = setdiff(eachindex(e.lead), planted)
    count = length(planted)
    least, best = minimum(e.lead[planted]), maximum(e.lead[others])
    found, right = found_after(study, e.phase), hits(e.lead, planted)
    return [
        Check("$name: planted among the first $count by delay", right, "$count", right == count),
        Check("$name: least lead of them, steps", least, "above 0 and $(fixed(best, 2)), the most of others", least > max(best, 0)),
        timing("$name: seconds until all are found", found, "below $LONGEST_SEARCH_S", found < LONGEST_SEARCH_S; judged=!options.short),
    ]
end

# Seconds from the beginning of the phase until its leaders are the first, to its end.
function found_after(study, phase)
    planted = study.planted[phase]
    mine = filter(e -> e.phase == phase, study.estimates)
    wrong = findlast(e -> hits(e.lead, planted) < length(planted), mine)
    wrong === length(mine) && return NaN
    return mine[wrong === nothing ? 1 : wrong + 1].seconds - study.began[phase]
end

# What the verdict leaves out. Transfer entropy is a second opinion: see docs/learning/who-leads.md.
function lead_notes(study, finals)
    notes = ["$(percent(study.answered)) % of the steps steered, $(study.missed) frames missed"]
    for e in finals
        planted = study.planted[e.phase]
        others = setdiff(eachindex(e.lead), planted)
        told(from, to) = fixed(sum(e.told[from, to]) / (length(from) * length(to) - length(intersect(from, to))), 3)
        push!(notes, string(
            PHASES[e.phase], ": transfer entropy finds ", hits(net_told(e.told), planted), " of ", length(planted),
            "; nats from leader to follower ", told(planted, others), ", back ", told(others, planted), ", from follower to follower ",
            told(others, others),
        ))
    end
    return notes
end
