"""
What the spectator sees: a live screen on a terminal, a line per second elsewhere.

The screen is written by an attendant, one picture at a time: a terminal that is slow to take it costs pictures, never
frames. The alternate screen and the cursor are put back by `close`.
"""
module Screen

using ..Attendants
using ..Order
using ..Picture
using ..Record
using ..Sparkline
using ..Text

export Display, Now, draw!, plain_line, steering_lines

"What is not in the record: the moment itself."
struct Now
    agents::Int
    warming::Bool    # the run has not begun: Julia still compiles
    seconds::Float64 # since the first frame of the run
    planned::Float64 # seconds the run lasts
    rate::Float64    # frames per second, lately
    order::FlockOrder
    note::String     # where else to look
end

mutable struct Display
    out::IO
    live::Bool     # a terminal
    writing::Bool
    open::Bool     # the alternate screen is shown
    picture::FlockPicture
    drawn::Channel{Vector{UInt8}} # what the attendant writes next
end

function Display(out::IO, live::Bool)
    display = Display(out, live, false, false, FlockPicture(), Channel{Vector{UInt8}}(1))
    live && attend(() -> write_picture(display, take!(display.drawn)))
    return display
end

const SPAN = 58   # columns of the panel
const LABEL = 18
const VALUE = 8
const CURVE = SPAN - LABEL - VALUE - 2
const RECENT = 360 # frames that the curves of the code show

paint(code, text) = string("\e[", code, "m", text, "\e[0m")
title(text) = paint("1;38;5;75", text)
faint(text) = paint("38;5;245", text)
good(text) = paint("38;5;114", text)
bad(text) = paint("1;38;5;203", text)

row(label, value, curve, colour) =
    string(rpad(label, LABEL), lpad(value, VALUE), "  ", paint(string("38;5;", colour), rpad(curve, CURVE)))

heading(text, right="") = string(title(rpad(text, SPAN - length(right))), faint(right))

# Over the whole run: the curve grows from left to right, and its middle is where the flock is steered.
whole_run(record, values) = columns(values, 1, record.planned, CURVE)

# From 0 to at least `least`, so that noise does not look like news.
function growing(record, values, least)
    curve = whole_run(record, values)
    high = maximum(v -> isnan(v) ? 0.0 : v, curve)
    return sparkline(curve, 0.0, max(high, least))
end

function order_rows(record, now)
    order = now.order
    return [
        heading("order of the flock", state_name(order)),
        row("polarisation", fixed(order.polarisation, 3), growing(record, record.polarisation, 0.25), 221),
        row("rotation", fixed(order.rotation, 3), growing(record, record.rotation, 0.25), 180),
        row("cohesion", fixed(order.cohesion, 0), growing(record, record.cohesion, 0.0), 109),
        row("nearest neighbour", fixed(order.nearest_neighbour, 1), growing(record, record.nearest, 0.0), 109),
    ]
end

# Each curve in its own measure: the patterns' strengths differ by orders of magnitude.
function code_row(record, j)
    history = record.code[j]
    isempty(history) && return row(string("  ", j), "", "", 141)
    curve = columns(history, length(history) - RECENT + 1, length(history), CURVE)
    high = maximum(v -> isnan(v) ? 1e-6 : abs(v), curve)
    return row(string("  ", j), fixed(history[end], 3), sparkline(curve, -high, high), 141)
end

code_rows(record) = vcat(
    [heading("a second of motion in 10 numbers", "stream latent")],
    [code_row(record, j) for j in eachindex(record.code)],
)

# A tenth of the height for each factor of two: 1 at the top, 0.001 at the bottom.
logarithmic(error) = isnan(error) ? NaN : 1 + log2(max(error, 1e-6)) / 10

function error_row(record)
    value = isempty(record.error) ? "" : string(percent(record.error[end]), " %")
    curve = map(logarithmic, whole_run(record, record.error))
    return row("  left over, log", value, sparkline(curve, 0.0, 1.0), 210)
end

"What was asked of the swarm, what it answered, and what came of it: two lines of plain text."
function steering_lines(record)
    steering = record.steering
    steering.frame == 0 && return (string("half-way: ", steering.parameter, " will become ", steering.to), "")
    answer = isempty(steering.receipt) ? "waiting for the receipt" : steering.receipt
    asked = string("steered: ", steering.parameter, " ", steering.from, " -> ", steering.to, ": ", answer)
    before, after, deviations = effect(record)
    isnan(after) && return (asked, "")
    size = string(fixed(deviations, 1), " standard deviations")
    return (asked, string("effect: polarisation ", fixed(before, 3), " -> ", fixed(after, 3), ", ", size))
end

function top_rows(record, now, width)
    lag = isempty(record.latency_ns) ? "-" : microseconds(record.latency_ns[end])
    run = string(fixed(min(now.seconds, now.planned), 1), " / ", fixed(now.planned, 0), " s")
    time = now.warming ? "warming up: Julia compiles" : run
    name = string(" wingbeat demo: ", grouped(now.agents), " agents, C++ to Julia and back")
    torn = string(record.torn, " torn")
    facts = string(
        " ", lpad(fixed(now.rate, 1), 5), " frames/s   lag ", lpad(lag, 4), " us   ", lpad(frames(record), 5), " frames   ",
        record.lost, " lost   ", record.torn == 0 ? good(torn) : bad(torn),
    )
    return [paint("1;48;5;24;38;5;231", string(rpad(name, max(1, width - length(time) - 1)), time, " ")), facts]
end

function bottom_rows(record, now, width)
    asked, effect = steering_lines(record)
    share = clamp(now.seconds / now.planned, 0, 1)
    filled = round(Int, share * (width - 2))
    bar = string(" ", paint("38;5;75", repeat('━', filled)), paint("38;5;238", repeat('━', width - 2 - filled)))
    colour = isempty(effect) ? faint : good
    return [string(" ", colour(first(asked, width - 2))), string(" ", good(first(effect, width - 2))), bar]
end

# Text beside the picture, where there is room for one.
function body_rows(display::Display, record, now, X, V, width, height)
    panel = vcat(order_rows(record, now), height > 17 ? [""] : String[], code_rows(record), [error_row(record)])
    room = width - SPAN - 4
    room < 16 && return map(line -> string(" ", line), panel[1:min(end, height)])
    update!(display.picture, X, V, room, 2 * height)
    lines = picture_lines(display.picture)
    beside(k) = k <= length(panel) ? panel[k] : ""
    return [string(" ", lines[k], "  ", beside(k)) for k in 1:height]
end

"All lines of a screen of that size."
function screen_rows(display::Display, record, now, X, V, width, height)
    rows = top_rows(record, now, width)
    append!(rows, body_rows(display, record, now, X, V, width, max(1, height - 6)))
    push!(rows, faint(string(" ", first(now.note, width - 2))))
    return append!(rows, bottom_rows(record, now, width))
end

"Shows the moment, unless the terminal still takes the last picture."
function draw!(display::Display, record, now, X, V)
    display.live && !display.writing || return nothing
    height, width = displaysize(display.out)
    text = IOBuffer()
    display.open || print(text, "\e[?1049h\e[?25l\e[2J")
    display.open = true
    print(text, "\e[H")
    rows = screen_rows(display, record, now, X, V, width, height)
    join(text, map(line -> string(line, "\e[K"), rows[1:min(end, height)]), "\r\n")
    print(text, "\e[J")
    display.writing = true
    put!(display.drawn, take!(text))
    return nothing
end

function write_picture(display::Display, bytes)
    try
        write(display.out, bytes)
    catch err
        err isa Base.IOError || rethrow()
        display.live = false # the terminal went away; the run goes on
    finally
        display.writing = false
    end
    return nothing
end

"Gives the terminal back as it was."
function Base.close(display::Display)
    display.open || return nothing
    display.open = false
    deadline = time() + 1
    while display.writing && time() < deadline
        sleep(0.01)
    end
    write(display.out, "\e[0m\e[?25h\e[?1049l")
    return nothing
end

"The moment in one line, for logs."
function plain_line(record, now)
    order = now.order
    lag = isempty(record.latency_ns) ? "-" : microseconds(record.latency_ns[end])
    code = join((fixed(history[end], 3) for history in record.code if !isempty(history)), " ")
    return string(
        now.warming ? "warming up" : string(lpad(fixed(now.seconds, 0), 3), " s"), ": ", frames(record), " frames (", fixed(now.rate, 1), "/s), ", record.lost,
        " lost, ", record.torn, " torn, lag ", lag, " us; polarisation ", fixed(order.polarisation, 3), " rotation ",
        fixed(order.rotation, 3), " cohesion ", fixed(order.cohesion, 0), " nearest ",
        fixed(order.nearest_neighbour, 1), "; error ", isempty(record.error) ? "-" : percent(record.error[end]),
        " %; latent ", code,
    )
end

end
