# Compresses 60 frames of a group's motion to ten numbers, learned while it moves; the end of a mill shows in them.

const CODE_RATE = 300
const CODE_WINDOW = 60
const CODE_NUMBERS = 10
const CODE_CHANGE = :delta_ro => 6.0  # from 2: a torus becomes a parallel group
const SETTLED_STEPS = 1_000           # until there is a torus
const CODE_STEPS = (whole=6_000, short=2_000) # frames used before the change
const AFTER_STEPS = 600
const SOLVE_EVERY = 60                # frames, for the principal components
const LATE_FRAMES = 10                # a frame that is later than this is encoded, but not learned from
const COMPARED = 200                  # frames of a mean
const FALLS_BY = 100
const TIMES_PRINCIPAL = (whole=1.2, short=3.0) # 1: as good as principal components
const NOTICED_STEPS = 300
const LONGEST_NOTICE_MS = 1_000

mutable struct CodeStudy
    window::Window
    latent::Wingbeat.Writer    # of the stream `latent`
    listener::Wingbeat.Reader  # of the same stream
    coder::PathCoder
    principal::Principal
    alarm::Alarm
    examined::Vector{Int}
    taught::Vector{Int}
    paths::Matrix{Float32}     # of the examined
    lessons::Matrix{Float32}   # of the taught
    whole::Int                 # frames of the window without a gap
    learned::Int               # frames
    error::Vector{Float64}     # of each frame
    principal_error::Vector{Float64}
    codes::Vector{Vector{Float64}}
    distance::Vector{Float64}
    polarisation::Vector{Float64}
    rotation::Vector{Float64}
    armed::Int                 # frame from which on the alarm works; 0: not yet
    change::Int                # first frame of the change; 0: not yet
    change_ns::UInt64
    alarms::Vector{Int}        # frames at which the alarm was raised
    noticed_ms::Float64        # from publishing the frame of the change to publishing the code of the alarm
end

function CodeStudy(window, latent, listener, agents)
    inputs = 3CODE_WINDOW
    examined, taught = collect(1:2:agents), collect(2:2:agents)
    none() = Float64[]
    return CodeStudy(
        window, latent, listener, PathCoder(inputs, CODE_NUMBERS), Principal(inputs, CODE_NUMBERS), Alarm(CODE_NUMBERS),
        examined, taught,
        zeros(Float32, inputs, length(examined)), zeros(Float32, inputs, length(taught)), 0, 0, none(), none(),
        Vector{Float64}[],
        none(), none(), none(), 0, 0, 0, Int[], NaN,
    )
end

function window_to_code(options)
    agents = agents_of(options, 100, 100, 20)
    usual = options.short ? CODE_STEPS.short : CODE_STEPS.whole
    steps = options.seconds > 0 ? max(2 * (HELD_BACK + LEAST_SEEN), round(Int, options.seconds * CODE_RATE)) : usual
    arguments = (
        "--model", "couzin", "--agents", agents, "--seed", options.seed, "--rate", CODE_RATE, "--history", 2CODE_RATE,
        "--set",
        "delta_ro=2", "--set", "delta_ra=10",
    )
    study = watch(swarm -> code_live(swarm, agents, steps), arguments; fields=(position=Float32, velocity=Float32))
    return code_results(study, options)
end

function code_live(swarm, agents, steps)
    w = window(swarm, CODE_WINDOW, :position)
    publish("latent"; code=zeros(Float32, CODE_NUMBERS)) do latent
        subscribe("latent"; mode=:every, fields=(code=Float32,), label="alarm") do listener
            fresh() = CodeStudy(w, latent, listener, agents)
            rehearsal = fresh()
            rehearsal.armed = 1
            rehearse(frame -> (add_frame!(rehearsal, frame); encode_frame!(rehearsal, frame)), swarm, CODE_RATE)
            return learn_codes!(fresh(), swarm, steps)
        end
    end
end

function learn_codes!(study::CodeStudy, swarm, steps)
    progress, receipt = example_progress(), nothing
    for frame in swarm
        add_frame!(study, frame)
        frame.step < SETTLED_STEPS && continue
        study.armed == 0 && study.learned >= steps ÷ 2 && (study.armed = length(study.error) + 1)
        receipt === nothing && study.learned >= steps && (receipt = request(swarm, CODE_CHANGE))
        receipt !== nothing && study.change == 0 && note_regime!(study, receipt, frame)
        encode_frame!(study, frame)
        is_due(progress) && !isempty(study.codes) && show!(
            progress, code_part(study, steps), code_title(study), code_rows(study, steps)
        )
        study.change > 0 && length(study.error) >= study.change + AFTER_STEPS && return study
    end
    throw(SwarmEnded())
end

function note_regime!(study, receipt, frame)
    receipt.status === :applied && frame.seq >= receipt.seq || return nothing
    study.change, study.change_ns = length(study.error) + 1, frame.publish_time_ns
    return nothing
end

function add_frame!(study::CodeStudy, frame)
    push!(study.window, frame)
    study.whole = frame.missed > 0 ? 1 : study.whole + 1
    return nothing
end

# Encodes the window, publishes the code, then learns from the window. A window with a gap holds no paths.
function encode_frame!(study::CodeStudy, frame)
    study.whole >= CODE_WINDOW || return nothing
    update_paths!(study)
    codes, _ = encode(study.coder, study.paths)
    push!(study.error, lost_share(study.coder, study.paths, codes))
    push!(study.principal_error, lost_share(study.principal, study.paths))
    push!(study.polarisation, polarisation(frame[:velocity]))
    push!(study.rotation, rotation(frame[:position], frame[:velocity]))
    publish_code!(study.latent, codes, frame)
    read_codes!(study)
    age(frame) < LATE_FRAMES / CODE_RATE && learn_frame!(study)
    return nothing
end

# Paths in units of the root mean square of the taught ones.
function update_paths!(study)
    positions = study.window[:position]
    gather_paths!(study.paths, positions, study.examined)
    gather_paths!(study.lessons, positions, study.taught)
    power = sum(abs2, study.lessons) / length(study.lessons)
    power > 0 || return nothing
    study.paths ./= sqrt(power)
    study.lessons ./= sqrt(power)
    return nothing
end

# The group's code: the root mean square of each number over the agents.
function publish_code!(latent, codes, frame)
    latent[:code] .= vec(sqrt.(mean(abs2, codes; dims=2)))
    publish!(latent; step=frame.step, time=frame.time)
    return nothing
end

function read_codes!(study)
    while (code = wait(study.listener; timeout=0)) !== nothing
        numbers = Float64.(code[:code])
        push!(study.codes, numbers)
        push!(study.distance, study.armed > 0 ? distance!(study.alarm, numbers) : NaN)
        study.armed > 0 && study.alarm.unusual == IN_A_ROW && note_alarm!(study, code.publish_time_ns)
    end
end

function note_alarm!(study, publish_ns)
    push!(study.alarms, length(study.error))
    study.change > 0 && isnan(study.noticed_ms) && (study.noticed_ms = (publish_ns - study.change_ns) / 1e6)
end

function learn_frame!(study)
    teach!(study.coder, study.lessons)
    add_paths!(study.principal, study.lessons)
    study.learned += 1
    study.learned % SOLVE_EVERY == 1 && solve!(study.principal)
    return nothing
end

# ---------------------------------------------------------------------------------------------------------- the picture

newest(values, count=COMPARED) = @view values[max(1, end - count + 1):end]

function code_title(study)
    now = study.change > 0 ? "after the change" : study.armed > 0 ? "alarm armed" : "learning"
    return string(study.learned, " frames used, ", now)
end

function code_part(study, steps)
    done = SETTLED_STEPS + (study.change > 0 ? steps + length(study.error) - study.change : study.learned)
    return clamp(done / (SETTLED_STEPS + steps + AFTER_STEPS), 0, 0.99)
end

function code_rows(study, steps)
    planned = steps + AFTER_STEPS
    depth(values) = [log10(clamp(v, 1e-5, 10)) for v in values]
    share(values) = string(percent(mean(newest(values, 30))), " %")
    rows = [
        Row("error, log", share(study.error), depth(study.error), planned, -5.0, 1.0),
        Row("of components, log", share(study.principal_error), depth(study.principal_error), planned, -5.0, 1.0),
        Row("distance", fixed(last(study.distance), 1), study.distance, planned, 0.0, 2UNUSUAL),
    ]
    for j in 1:CODE_NUMBERS
        series = [code[j] for code in study.codes]
        push!(rows, Row("  $j", fixed(last(series), 3), series, planned, 0.0, maximum(newest(series, planned))))
    end
    return rows
end

const CODE_COLOURS = (
    "#d6006c", "#1f77b4", "#2a8a2a", "#e08214", "#7b3294", "#666", "#8c510a", "#01665e", "#c51b7d", "#4d9221"
)

function code_figures(study)
    frames = length(study.error)
    mark(height) = Series("the change", [study.change, study.change], [0.0, height], "#444", :dashes)
    numbers = [thinned("", [code[j] for code in study.codes], CODE_COLOURS[j], :curve) for j in 1:CODE_NUMBERS]
    top = maximum(code -> maximum(code), newest(study.codes, frames ÷ 2))
    unusual = max(2UNUSUAL, maximum(filter(isfinite, study.distance)))
    errors = [
        thinned("autoencoder", study.error, "#d6006c", :curve),
        thinned("principal components", study.principal_error, "#1f77b4", :curve),
    ]
    distance = thinned("distance", study.distance, "#7b3294", :curve)
    limit = Series("limit", [1, frames], [UNUSUAL, UNUSUAL], "#aaa", :dashes)
    return [
        Figure("Reconstruction error of ten numbers", "frame", "share of the squares", errors; logarithmic=true),
        Figure("The ten numbers, stream latent", "frame", "code", vcat(numbers, mark(1.1top)); y=(0.0, 1.1top)),
        Figure(
            "Distance of the code from its mean", "frame", "standard deviations",
            [distance, limit, mark(unusual)]; y=(0.0, 1.05unusual),
        ),
    ]
end

# ---------------------------------------------------------------------------------------------------------- the verdict

function code_results(study, options)
    before = study.change - 1
    checks = vcat(regime_checks(study, before), learning_checks(study, before, options), notice_checks(study, options))
    columns = vcat(
        ["frame", "error", "principal_error", "distance", "polarisation", "rotation"],
        ["code_$j" for j in 1:CODE_NUMBERS]
    )
    rows = [
        Any[
            k, study.error[k], study.principal_error[k], study.distance[k], study.polarisation[k], study.rotation[k],
            study.codes[k]...
        ]
        for k in 1:min(length(study.error), length(study.codes))
    ]
    println(stderr, study.learned, " of ", length(study.error), " frames used")
    return Results("window-to-code", columns, rows, code_figures(study), checks)
end

mean_before(values, frame) = mean(newest(@view(values[1:frame])))

function regime_checks(study, before)
    mill, flight = mean_before(study.rotation, before), mean(newest(study.polarisation))
    return [
        Check("before the change: rotation", mill, "above 0.5 (a torus)", mill > 0.5),
        Check("at the end: polarisation", flight, "above 0.9 (parallel)", flight > 0.9),
    ]
end

function learning_checks(study, before, options)
    limit = options.short ? TIMES_PRINCIPAL.short : TIMES_PRINCIPAL.whole
    start = mean(@view study.error[1:10])
    final, principal = mean_before(study.error, before), mean_before(study.principal_error, before)
    fallen = "at most 1/$FALLS_BY of $(round(start; sigdigits=3)), as it began"
    near = "at most $limit (components: $(round(principal; sigdigits=3)))"
    return [
        Check("before the change: reconstruction error", final, fallen, FALLS_BY * final <= start),
        Check(
            "before the change: times the error of principal components", final / principal, near,
            final <= limit * principal,
        ),
    ]
end

function notice_checks(study, options)
    early = count(<(study.change), study.alarms)
    first_after = findfirst(>=(study.change), study.alarms)
    frames = first_after === nothing ? NaN : Float64(study.alarms[first_after] - study.change)
    noticed, limit = study.noticed_ms, LONGEST_NOTICE_MS
    return [
        Check("alarms before the change", early, "0", early == 0),
        Check("frames from the change to the alarm", frames, "at most $NOTICED_STEPS", frames <= NOTICED_STEPS),
        timing("ms from the change to the alarm", noticed, "below $limit", noticed < limit; judged=!options.short),
    ]
end
