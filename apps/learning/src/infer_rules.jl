# Infers the zone model's strengths and borders from positions, velocities and masses; then one of the strengths is
# changed.

const RULE_RATE = 60
const RULE_SAMPLES = 256      # agents sampled in a frame
const RULE_MEMORY = 30.0      # frames
const RULE_START = (separation=0.0015, alignment=0.0008, cohesion=0.001, low_threshold=0.35, high_threshold=0.7)
const RULE_CHANGE = :cohesion => 0.002
const FIRST_FIT = 5           # frames
const FIT_EVERY = 15          # frames
const STRENGTHS = (:separation, :alignment, :cohesion)
const BORDERS = (:low_threshold, :high_threshold, :neighbourhood)
const STRENGTH_TOLERANCE = 0.05
const THRESHOLD_TOLERANCE = 0.02
const RADIUS_TOLERANCE = 0.02
const LONGEST_INFERENCE_S = 60
const LONGEST_FOLLOWING_S = 10

struct RuleEstimate
    seconds::Float64          # since the swarm was started: Julia's compilation counts
    fit::ZoneFit
    truth::NamedTuple         # the parameters then
end

mutable struct RuleStudy
    observer::RuleObserver
    search::ZoneSearch
    estimates::Vector{RuleEstimate}
    truth::NamedTuple
    planned::Float64          # seconds
    frames::Int               # that it learned from
    missed::Int
    changed::Float64          # when it came into force, in seconds; Inf: not yet
    profile::Any              # the pair response just before the change
end

rule_truth(swarm) =
    NamedTuple{(STRENGTHS..., BORDERS...)}(map(name -> parameter_of(swarm, name), (STRENGTHS..., BORDERS...)))

function infer_rules(options)
    seconds, agents = seconds_of(options, 30.0, 12.0), agents_of(options, 10_000, 4_000, 500)
    settings = Iterators.flatten(("--set", "$name=$value") for (name, value) in pairs(RULE_START))
    arguments = (
        "--model", "zones", "--agents", agents, "--seed", options.seed, "--rate", RULE_RATE, "--history", 30,
        settings...
    )
    fields = (position=Float32, velocity=Float32, mass=Float32)
    began = time_ns()
    study = watch(swarm -> infer_live(swarm, seconds, began), arguments; fields=fields)
    return rule_results(study, options)
end

# Half of the time before the change, half after it.
function infer_live(swarm, seconds, began)
    observer = RuleObserver(RULE_SAMPLES, RULE_MEMORY)
    study = RuleStudy(
        observer, ZoneSearch(observer.response, LEAST), [], rule_truth(swarm), seconds, 0, 0, Inf, nothing
    )
    progress, receipt = nothing, nothing
    for frame in swarm
        now = (time_ns() - began) / 1e9
        process_frame!(study, frame, now)
        isempty(study.estimates) && continue
        progress === nothing && (progress = example_progress())
        receipt === nothing && now > first(study.estimates).seconds + seconds / 2 && (
            receipt = request(swarm, RULE_CHANGE)
        )
        note_change!(study, swarm, frame, receipt, now)
        is_due(progress) && show!(progress, rule_part(study, now), rule_title(study), rule_rows(study))
        now > study.changed + seconds / 2 && return study
    end
    throw(SwarmEnded())
end

function process_frame!(study::RuleStudy, frame, now)
    learned = observe!(study.observer, frame.seq, frame[:position], frame[:velocity], frame[:mass])
    study.missed += frame.missed
    study.frames += learned
    learned && (study.frames == FIRST_FIT || study.frames % FIT_EVERY == 0) || return nothing
    start = isempty(study.estimates) ? nothing : last(study.estimates).fit.borders
    push!(study.estimates, RuleEstimate(now, fit_zones(study.search, study.observer.response, start), study.truth))
    return nothing
end

# The known values change with the first frame that shows the new value.
function note_change!(study, swarm, frame, receipt, now)
    (receipt === nothing || study.changed < Inf) && return nothing
    receipt.status === :applied && frame.seq >= receipt.seq || return nothing
    study.changed = now
    study.profile = solve(study.observer.response)
    study.truth = rule_truth(swarm)
    return nothing
end

# ---------------------------------------------------------------------------------------------------------- the picture

strength(fit::ZoneFit, name) = getfield(fit, name)
relative_error(e::RuleEstimate, name) = strength(e.fit, name) / e.truth[name] - 1

rule_title(study) = string(
    fixed(last(study.estimates).seconds, 0), " s, ", study.frames, " frames used, ", percent(
        last(study.estimates).fit.explained
    ),
    " % of the accelerations explained",
)

function rule_rows(study)
    now = last(study.estimates)
    planned = ceil(Int, study.planned * RULE_RATE / FIT_EVERY)
    top = 1.2 * maximum(name -> max(now.truth[name], maximum(e -> strength(e.fit, name), study.estimates)), STRENGTHS)
    rows = map(STRENGTHS) do name
        text = string(
            round(strength(now.fit, name); sigdigits=3), " (", signed_percent(relative_error(now, name)), " %)"
        )
        Row(string(name), text, [strength(e.fit, name) for e in study.estimates], planned, 0.0, top)
    end
    along, turning = solve(study.observer.response)
    borders = string(fixed(now.fit.low, 3), ", ", fixed(now.fit.high, 3), " of ", fixed(now.fit.neighbourhood, 1))
    return [
        rows..., Row("borders", borders), profile_row("pull, 15 to 150", along), profile_row(
            "turning, 15 to 150", turning
        ),
    ]
end

# Half of the time is before the change.
function rule_part(study, now)
    half = study.planned / 2
    spent = study.changed < Inf ? half + now - study.changed : min(half, now - first(study.estimates).seconds)
    return min(0.99, spent / study.planned)
end

signed_percent(x) = string(x >= 0 ? "+" : "", fixed(100x, 1))

function profile_row(label, values)
    high = 0.0015
    seen = clamp.(values[round(Int, LEAST / SPACING):end], -high, high)
    return Row(label, "", seen, length(seen), -high, high)
end

const RULE_COLOURS = (separation="#d6006c", alignment="#1f77b4", cohesion="#2a8a2a")

function rule_figures(study)
    seconds = [e.seconds for e in study.estimates]
    over_time(label, f, colour, mark) = Series(label, seconds, map(f, study.estimates), colour, mark)
    estimates = [over_time(string(name), e -> strength(e.fit, name), RULE_COLOURS[name], :curve) for name in STRENGTHS]
    truths = [
        over_time(k == 1 ? "truth" : "", e -> e.truth[name], "#444", :dashes) for (k, name) in enumerate(STRENGTHS)
    ]
    learned = Figure(
        "The strengths, inferred from frames", "seconds since the swarm was started", "strength",
        vcat(truths, estimates);
        y=(0.0, 1.25 * maximum(e -> maximum(e.truth[name] for name in STRENGTHS), study.estimates)),
    )
    return [learned, profile_figure(study)]
end

function profile_figure(study)
    truth = first(study.estimates).truth
    c = truth.neighbourhood
    a, b = c * sqrt(truth.low_threshold), c * sqrt(truth.high_threshold)
    d = distances(study.observer.response)
    seen = d .>= 2LEAST
    d = d[seen]
    along, turning = (values[seen] for values in study.profile)
    pull(x) = truth.separation * separating(x, a) + truth.cohesion * cohering(x, b, c)
    turn(x) = truth.alignment * aligning(x, a, b)
    return Figure(
        "The force of a neighbour, without an assumed form", "distance", "force", [
            Series("truth", d, pull.(d), "#444", :dashes), Series("", d, turn.(d), "#444", :dashes),
            Series("towards it", d, along, "#d6006c", :dots), Series("along its heading", d, turning, "#1f77b4", :dots),
        ]; y=nothing,
    )
end

# ---------------------------------------------------------------------------------------------------------- the verdict

function rule_results(study, options)
    before = filter(e -> e.seconds < study.changed, study.estimates)
    after = filter(e -> e.seconds >= study.changed, study.estimates)
    checks = vcat(
        rule_checks("before the change", last(before)), rule_checks("after the change", last(after)),
        rule_timings(study, before, after, options),
    )
    columns = [
        "seconds", "separation", "alignment", "cohesion", "low", "high", "neighbourhood", "explained", "true_cohesion"
    ]
    fitted = (:separation, :alignment, :cohesion, :low, :high, :neighbourhood, :explained)
    rows = [Any[e.seconds, (getfield(e.fit, name) for name in fitted)..., e.truth.cohesion] for e in study.estimates]
    println(stderr, study.frames, " frames used, ", study.missed, " missed")
    return Results("infer-rules", columns, rows, rule_figures(study), checks)
end

function rule_checks(moment, e::RuleEstimate)
    strengths = [
        Check(
            "$moment: $name", strength(e.fit, name), "$(e.truth[name]) within 5 %",
            abs(relative_error(e, name)) <= STRENGTH_TOLERANCE,
        )
        for name in STRENGTHS
    ]
    near(what, value, known, tolerance) =
        Check("$moment: $what", value, "$known within $tolerance", abs(value - known) <= tolerance)
    return vcat(strengths, [
        near("lower threshold", e.fit.low, e.truth.low_threshold, THRESHOLD_TOLERANCE),
        near("higher threshold", e.fit.high, e.truth.high_threshold, THRESHOLD_TOLERANCE),
        near("neighbourhood", e.fit.neighbourhood, e.truth.neighbourhood, RADIUS_TOLERANCE * e.truth.neighbourhood),
    ])
end

is_right(e) = all(name -> abs(relative_error(e, name)) <= STRENGTH_TOLERANCE, STRENGTHS)

# The time of the first estimate after the last wrong one; NaN if the last one is wrong.
function right_from(estimates)
    wrong = findlast(!is_right, estimates)
    wrong === nothing && return first(estimates).seconds
    return wrong < length(estimates) ? estimates[wrong + 1].seconds : NaN
end

function rule_timings(study, before, after, options)
    judged = !options.short
    learned, followed = right_from(before), right_from(after) - study.changed
    within(what, seconds, limit) = timing(what, seconds, "below $limit", seconds < limit; judged=judged)
    return [
        within("seconds from the start until the strengths are right", learned, LONGEST_INFERENCE_S),
        within("seconds from the change until they are right again", followed, LONGEST_FOLLOWING_S),
    ]
end
