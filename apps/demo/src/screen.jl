# What the user sees: a live screen on a terminal, a line per second elsewhere.
#
# A task writes the screen, one picture at a time: a terminal that is slow costs pictures, never frames. `close` gives
# the terminal back; if the demo is interrupted, apps/run does, which knows the state of the screen by the file `screen`
# in its folder.

"The values of a moment that are not in the record."
struct Now
    agents::Int
    compiling::String # the run has not begun: what Julia does meanwhile; empty during the run
    part::Float64     # of that
    seconds::Float64  # since the first frame of the run
    planned::Float64  # length of the run in seconds
    rate::Float64     # frames per second, lately
    order::FlockOrder
    directory::String # the runtime directory; empty: the user's own
end

mutable struct Display
    out::IO
    live::Bool     # a terminal
    writing::Bool
    open::Bool     # the alternate screen is shown
    picture::FlockPicture
    drawn::Channel{Vector{UInt8}} # the next one to write
end

function Display(out::IO, live::Bool)
    display = Display(out, live, false, false, FlockPicture(), Channel{Vector{UInt8}}(1))
    live && @async foreach(bytes -> write_picture(display, bytes), display.drawn)
    return display
end

# ------------------------------------------------------------------------------------------------------------ the parts

const LABEL, VALUE = 18, 8 # columns of a row of the panel
const RECENT = 360         # frames in the curves of the code
const LEAST_PICTURE = 16   # columns

paint(code, text) = string("\e[", code, "m", text, "\e[0m")
title(text) = paint("1;38;5;75", text)
faint(text) = paint("38;5;245", text)
good(text) = paint("38;5;114", text)
bad(text) = paint("1;38;5;203", text)

panel_width(width) = width < 62 ? width - 2 : clamp(11width ÷ 20, 44, 72)
curve_width(span) = max(0, span - LABEL - VALUE - 2)

row(label, value, curve, colour) =
    string(rpad(label, LABEL), lpad(value, VALUE), "  ", paint(string("38;5;", colour), curve))

function heading(span, text, right="")
    room = span - length(text) - length(right)
    return room > 0 ? string(title(text), " "^room, faint(right)) : title(first(text, span))
end

# Over the whole run: the curve grows from left to right, and its middle is the moment of the request.
whole_run(record, values, span) = column_means(values, 1, record.planned, curve_width(span))

# From 0 to at least `least`, so that noise stays low.
function growing(record, values, least, span)
    curve = whole_run(record, values, span)
    return sparkline(curve, 0.0, largest(curve, least))
end

largest(curve, least)::Float64 = reduce((a, b) -> isnan(b) ? a : max(a, abs(b)), curve; init=least)

function order_rows(record, now, span)
    order = now.order
    curve(values, least) = growing(record, values, least, span)
    return [
        heading(span, "order of the flock", state_name(order)),
        row("polarisation", fixed(order.polarisation, 3), curve(record.polarisation, 0.25), 221),
        row("rotation", fixed(order.rotation, 3), curve(record.rotation, 0.25), 180),
        row("cohesion", fixed(order.cohesion, 0), curve(record.cohesion, 0.0), 109),
        row("nearest neighbour", fixed(order.nearest_neighbour, 1), curve(record.nearest, 0.0), 109),
    ]
end

# Each curve has a scale of its own: the strengths of the patterns differ by orders of magnitude.
function code_row(record, j, span)
    history = record.code[j]
    isempty(history) && return row(string("  ", j), "", "", 141)
    curve = column_means(history, length(history) - RECENT + 1, length(history), curve_width(span))
    high = largest(curve, 1e-6)
    return row(string("  ", j), short(history[end]), sparkline(curve, -high, high), 141)
end

code_rows(record, span) = vcat(
    [heading(span, "a second of motion in 10 numbers", "stream latent")],
    [code_row(record, j, span) for j in eachindex(record.code)],
)

# A tenth of the height for each factor of two: 1 at the top, 0.001 at the bottom.
logarithmic(error) = isnan(error) ? NaN : 1 + log2(max(error, 1e-6)) / 10

function error_row(record, span)
    value = isempty(record.error) ? "" : string(percent(record.error[end]), " %")
    curve = map(logarithmic, whole_run(record, record.error, span))
    return row("model error, log", value, sparkline(curve, 0.0, 1.0), 210)
end

function panel(record, now, span, height)
    space = height > 17 ? [""] : String[]
    legend = height > 20 ? ["", faint("picture: brightness is agents, hue is heading")] : String[]
    return vcat(order_rows(record, now, span), space, code_rows(record, span), [error_row(record, span)], legend)
end

"The request to the swarm, its receipt, and its effect: two lines of plain text."
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

# ----------------------------------------------------------------------------------------------------------- the screen

function top_row(now, width)
    name = string(" wingbeat demo: ", grouped(now.agents), " agents, C++ to Julia and back")
    run = string(fixed(min(now.seconds, now.planned), 1), " / ", fixed(now.planned, 0), " s")
    time = isempty(now.compiling) ? run : "starting"
    text = string(rpad(name, max(1, width - length(time) - 1)), time, " ")
    return paint("1;48;5;24;38;5;231", first(text, width))
end

function facts_row(record, now, width)
    isempty(now.compiling) || return first(string(" ", now.compiling), width)
    lag = isempty(record.latency_ns) ? "-" : microseconds(record.latency_ns[end])
    rate = string(" ", lpad(fixed(now.rate, 1), 5), " frames/s   lag ", lpad(lag, 4), " us")
    counts = string("   ", lpad(frame_count(record), 5), " frames   ", record.lost, " lost   ")
    torn = string(record.torn, " torn")
    length(rate) + length(counts) + length(torn) > width && return first(rate, width)
    return string(rate, counts, record.torn == 0 ? good(torn) : bad(torn))
end

# A command in full, or another way to the same.
function watch_row(now, width)
    command = string("WINGBEAT_DIR=", now.directory, " build/release/bin/wingbeat top")
    isempty(now.directory) && return " in another terminal: build/release/bin/wingbeat top"
    length(command) + 22 < width && return string(" in another terminal: ", command)
    length(command) + 3 < width && return string(" \$ ", command)
    return " with scripts/demo --join, `wingbeat top` shows the demo as well"
end

function bar_row(now, width)
    share = isempty(now.compiling) ? now.seconds / now.planned : now.part
    filled = round(Int, clamp(share, 0, 1) * (width - 2))
    return string(
        " ", paint(isempty(now.compiling) ? "38;5;75" : "38;5;221", repeat('━', filled)),
        paint("38;5;238", repeat('━', width - 2 - filled)),
    )
end

function bottom_rows(record, now, width)
    asked, effect = steering_lines(record)
    colour = isempty(effect) ? faint : good
    return [
        faint(first(watch_row(now, width), width)), string(" ", colour(first(asked, width - 2))),
        string(" ", good(first(effect, width - 2))), bar_row(now, width),
    ]
end

# The picture with the panel beside it, or the panel alone where the terminal is too narrow for both.
function body_rows(display::Display, lines, X, V, width, height)
    room = width - panel_width(width) - 4
    room < LEAST_PICTURE && return map(line -> string(" ", line), lines[1:min(end, height)])
    update!(display.picture, X, V, room, 2 * height)
    beside(k) = k <= length(lines) ? lines[k] : ""
    return [string(" ", line, "  ", beside(k)) for (k, line) in enumerate(picture_lines(display.picture))]
end

"All lines of a screen of that size."
function screen_rows(display::Display, record, now, X, V, width, height)
    middle = max(1, height - 6)
    lines = panel(record, now, panel_width(width), middle)
    body = body_rows(display, lines, X, V, width, middle)
    return vcat([top_row(now, width), facts_row(record, now, width)], body, bottom_rows(record, now, width))
end

"The screen until Julia has compiled the rest: the picture, and the steps done so far."
function starting_rows(display::Display, record, now, steps, done, X, V, width, height)
    mark(k) = k <= done ? good("done  ") : k == done + 1 ? paint("38;5;221", "now   ") : "      "
    lines = vcat(
        [title("Julia compiles the analysis"), ""],
        [string(mark(k), k <= done + 1 ? step : faint(step)) for (k, step) in enumerate(steps)],
    )
    body = body_rows(display, lines, X, V, width, max(1, height - 6))
    return vcat([top_row(now, width), facts_row(record, now, width)], body, bottom_rows(record, now, width))
end

# ----------------------------------------------------------------------------------------------------------- the writer

marker() = joinpath(get(ENV, "WINGBEAT_APP_DIR", ""), "screen")

function open_screen!(display::Display)
    haskey(ENV, "WINGBEAT_APP_DIR") && touch(marker())
    display.open = true
    write(display.out, "\r\e[K\e[?1049h\e[?25l\e[2J")
    return nothing
end

"Gives the terminal back as it was."
function Base.close(display::Display)
    display.open || return nothing
    deadline = time() + 1
    while display.writing && time() < deadline
        sleep(0.01)
    end
    write(display.out, "\e[0m\e[?25h\e[?1049l")
    haskey(ENV, "WINGBEAT_APP_DIR") && rm(marker(); force=true)
    display.open = false
    return nothing
end

"Shows the lines that `rows(width, height)` gives, unless the terminal is still busy with the last picture."
function draw!(rows, display::Display)
    display.live && !display.writing || return nothing
    display.open || open_screen!(display)
    height, width = displaysize(display.out)
    text = IOBuffer()
    print(text, "\e[H")
    lines = rows(width, height)
    join(text, map(line -> string(line, "\e[K"), lines[1:min(end, height)]), "\r\n")
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

"The moment in one line of at most 80 columns, for logs."
function plain_line(record, now)
    lag = isempty(record.latency_ns) ? "-" : microseconds(record.latency_ns[end])
    error = isempty(record.error) ? "-" : percent(record.error[end])
    faults = string(
        record.lost > 0 ? string("  ", record.lost, " lost") : "",
        record.torn > 0 ? string("  ", record.torn, " torn") : "",
    )
    return string(
        lpad(fixed(now.seconds, 0), 3), " s  ", fixed(now.rate, 1), " frames/s  lag ", lag, " us  polarisation ",
        fixed(now.order.polarisation, 3), "  model error ", error, " %", faults,
    )
end
