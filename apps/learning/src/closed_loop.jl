# Holds a Vicsek swarm at a wanted polarisation: a controller sets the noise, frame by frame.

const LOOP_RATE = 250                # frames per second, free-running
const LOOP_SPEED = 0.3
# So dense that the flock stays one. At 4 it sometimes falls into parts with headings of their own. Less noise aligns
# each part alone, and the polarisation of the whole cannot be held by noise.
const LOOP_DENSITY = 10.0
const LOOP_LABEL = "controller"
const LOOP_TRIALS = (2.0, 3.0)       # noises that measure the response
const LOOP_WANTED = (0.8, 0.5, 0.65)
const LOOP_DISTURBANCE = :radius => 0.5 # in the last hold; the controller does not know of it
const LOOP_HOLD = (whole=1_000, short=500)  # frames for each
const HELD_WITHIN = 0.02     # in the mean
const WANDERS_WITHIN = 0.06  # mean absolute error of a frame
const SETTLED_WITHIN = 0.1
const LEAST_LOOP_RATE = 100
const LOOP_LIMITS_MS = (p50=10.0, p99=20.0)

struct Hold
    name::String
    wanted::Float64 # NaN: no control
    noise::Float64  # where there is no control
    frames::Int
end

function loop_plan(frames)
    trials = [Hold("noise $noise", NaN, noise, frames) for noise in LOOP_TRIALS]
    return vcat(
        trials, [Hold("hold $w", w, NaN, frames) for w in LOOP_WANTED],
        Hold("disturbed", last(LOOP_WANTED), NaN, frames)
    )
end

# One way of running, frame by frame.
mutable struct LoopRecord
    way::String
    wanted::Vector{Float64}
    order::Vector{Float64}
    noise::Vector{Float64}
    first::Vector{Int}        # first frame of each hold
    requests::RequestLog
    seq::Int                  # of the newest frame
    missed::Int
    seconds::Float64
    response::Response
    controller::Union{Nothing,Controller}
    disturbed::Float64        # the disturbed parameter at the end
end

LoopRecord(way) =
    LoopRecord(way, Float64[], Float64[], Float64[], Int[], RequestLog(), 0, 0, NaN, Response(NaN, NaN), nothing, NaN)

function closed_loop(options)
    agents = agents_of(options, 1_000, 400, 100)
    usual = options.short ? LOOP_HOLD.short : LOOP_HOLD.whole
    plan = loop_plan(options.seconds > 0 ? max(100, round(Int, options.seconds * LOOP_RATE / 6)) : usual)
    # The controller reads the newest frame. After a pause of this process, older frames do not show the latest requests
    # yet. Correcting by such frames would drive the noise to its limit and the flock apart.
    free = run_loop(options, agents, plan, "free-running", ("--rate", LOOP_RATE), :latest)
    stepped = run_loop(options, agents, plan, "lock-step", ("--flat-out", "--lock-step", LOOP_LABEL), :lockstep)
    return loop_results(options, plan, [free, stepped])
end

function run_loop(options, agents, plan, way, how, mode)
    arguments = (
        "--model", "vicsek", "--agents", agents, "--seed", options.seed, "--boundary", "periodic", "--box",
        sqrt(agents / LOOP_DENSITY), "--set", "speed=$LOOP_SPEED", "--set", "noise=$(first(LOOP_TRIALS))", how...,
    )
    watch(arguments; mode=mode, fields=(velocity=Float32,), label=LOOP_LABEL) do swarm
        rehearsal = LoopRecord(way)
        rehearse(frame -> control!(rehearsal, swarm, frame, NaN, first(LOOP_TRIALS)), swarm, LOOP_RATE)
        return drive!(LoopRecord(way), swarm, plan)
    end
end

# One frame: records the effects of earlier requests, and requests the noise of the next.
function control!(record::LoopRecord, swarm, frame, wanted, noise)
    record_effects!(record.requests, frame)
    request_for!(record.requests, swarm, frame, :noise => noise)
    push!(record.wanted, wanted)
    push!(record.noise, noise)
    return nothing
end

function drive!(record::LoopRecord, swarm, plan)
    progress = example_progress()
    began, hold, left = time_ns(), 0, 0
    for frame in swarm
        left == 0 && hold == length(plan) && break
        left == 0 && (left = begin_hold!(record, swarm, plan, hold += 1))
        left -= 1
        count_missed!(record, frame.seq)
        order = polarisation(frame[:velocity])
        push!(record.order, order)
        control!(record, swarm, frame, plan[hold].wanted, noise_for(record, plan[hold], order))
        is_due(progress) && show!(
            progress, loop_part(record, plan), loop_title(record, plan[hold]), loop_rows(record, plan)
        )
    end
    left == 0 && hold == length(plan) || throw(SwarmEnded())
    record.seconds = (time_ns() - began) / 1e9
    record.disturbed = parameter_of(swarm, first(LOOP_DISTURBANCE))
    return record
end

function count_missed!(record, seq)
    record.seq > 0 && (record.missed += seq - record.seq - 1)
    record.seq = seq
    return nothing
end

# Returns the number of frames of the hold.
function begin_hold!(record, swarm, plan, hold)
    push!(record.first, length(record.order) + 1)
    hold == length(LOOP_TRIALS) + 1 && fit_controller!(record)
    hold == length(plan) && request(swarm, LOOP_DISTURBANCE)
    return plan[hold].frames
end

function fit_controller!(record)
    second = record.first[2]
    change = LOOP_TRIALS[2] - LOOP_TRIALS[1]
    record.response = measured_response(record.order[1:(second - 1)], record.order[second:end], change)
    record.controller = Controller(record.response, 0.0, 2pi, LOOP_TRIALS[2])
    return nothing
end

noise_for(record, hold, order) = isnan(hold.wanted) ? hold.noise : steer_by!(record.controller, hold.wanted - order)

# ---------------------------------------------------------------------------------------------------------- the picture

loop_title(record, now) = string(record.way, ": ", now.name, ", gain ", fixed(record.response.gain, 3), " per rad")

loop_part(record, plan) = min(0.99, length(record.order) / sum(h -> h.frames, plan))

function loop_rows(record, plan)
    planned = sum(h -> h.frames, plan)
    wanted = last(record.wanted)
    latency(share) = fixed(percentile(record.requests.latency_ns, share) / 1e6, 2)
    return [
        Row("wanted", isnan(wanted) ? "-" : fixed(wanted, 3), record.wanted, planned, 0.0, 1.0),
        Row("polarisation", fixed(last(record.order), 3), record.order, planned, 0.0, 1.0),
        Row("noise", fixed(last(record.noise), 3), record.noise, planned, 0.0, 4.0),
        Row("latency p50, p99", string(latency(0.5), ", ", latency(0.99), " ms")),
    ]
end

function loop_figures(records)
    figures = Figure[]
    for record in records
        push!(figures, Figure("The polarisation, $(record.way)", "frame", "polarisation", [
            thinned("measured", record.order, "#d6006c", :curve), thinned("wanted", record.wanted, "#444", :dashes),
        ]))
    end
    noise = thinned("noise", first(records).noise, "#1f77b4", :curve)
    title = "The noise, $(first(records).way)"
    return push!(figures, Figure(title, "frame", "noise (rad)", [noise]; y=nothing))
end

# ---------------------------------------------------------------------------------------------------------- the verdict

function loop_results(options, plan, records)
    holds = [hold_checks(record, plan) for record in records]
    checks = vcat(holds..., free_checks(records[1], options), stepped_checks(records[2]))
    rows = [Any[r.way, k, r.wanted[k], r.order[k], r.noise[k]] for r in records for k in eachindex(r.order)]
    foreach(record -> println(stderr, loop_note(record)), records)
    return Results(
        "closed-loop", ["way", "frame", "wanted", "polarisation", "noise"], rows, loop_figures(records), checks
    )
end

function loop_note(record)
    a = record.requests
    at(values, share) = fixed(percentile(values, share) / 1e3, 0)
    us(values) = string("p50 ", at(values, 0.5), " us p99 ", at(values, 0.99), " us")
    return string(
        record.way, ": ", length(record.order), " frames in ", fixed(record.seconds, 1), " s, ", record.missed,
        " missed, gain ",
        fixed(record.response.gain, 3), " per rad, lag ", fixed(record.response.lag, 0),
        " frames; from a frame to the request ",
        us(a.reaction_ns), ", to the frame that shows its effect ", us(a.latency_ns), "; ", count(==(1), a.delay),
        " of ", length(a.delay),
        " applied in the next frame, ", a.superseded, " more superseded",
    )
end

# Each hold settles within its first half, and is held in its second.
function hold_checks(record, plan)
    checks = Check[]
    for (k, hold) in enumerate(plan)
        isnan(hold.wanted) && continue
        order = record.order[record.first[k]:(record.first[k] + hold.frames - 1)]
        append!(checks, hold_check("$(record.way), $(hold.name)", order, hold.wanted))
    end
    name, value = LOOP_DISTURBANCE
    is_disturbed = record.disturbed == value
    return push!(checks, Check("$(record.way), disturbed: $name", record.disturbed, string(value), is_disturbed))
end

function hold_check(moment, order, wanted)
    held = @view order[(end ÷ 2 + 1):end]
    settled, limit = settling(order, wanted), length(order) ÷ 2
    off, wandering = mean(held), mean(abs.(held .- wanted))
    return [
        Check("$moment: polarisation", off, "$wanted within $HELD_WITHIN", abs(off - wanted) <= HELD_WITHIN),
        Check(
            "$moment: mean absolute error of a frame", wandering, "at most $WANDERS_WITHIN", wandering <= WANDERS_WITHIN
        ),
        Check("$moment: frames until settled", settled, "at most $limit", settled <= limit),
    ]
end

# The first frame whose smoothed polarisation is near the wanted one.
function settling(order, wanted)
    near = findfirst(k -> abs(smooth(order, k) - wanted) <= SETTLED_WITHIN, eachindex(order))
    return Float64(near === nothing ? length(order) : near - 1)
end

function free_checks(record, options)
    judged = !options.short
    rate = length(record.requests.delay) / record.seconds
    p50, p99 = (percentile(record.requests.latency_ns, share) / 1e6 for share in (0.5, 0.99))
    below(what, ms, limit) =
        timing("free-running: ms from a frame to its effect, $what", ms, "below $limit", ms < limit; judged=judged)
    name = "free-running: requests per second"
    return [
        timing(name, rate, "at least $LEAST_LOOP_RATE", rate >= LEAST_LOOP_RATE; judged=judged),
        below("p50", p50, LOOP_LIMITS_MS.p50), below("p99", p99, LOOP_LIMITS_MS.p99),
    ]
end

function stepped_checks(record)
    shortest, longest = extrema(record.requests.delay)
    return [
        Check("lock-step: frames from a frame to its effect, at least", shortest, "exactly 1", shortest == 1),
        Check("lock-step: frames from a frame to its effect, at most", longest, "exactly 1", longest == 1),
        Check("lock-step: frames missed", record.missed, "0", record.missed == 0),
    ]
end
