# Figures as SVG: series over two axes, one figure below the other.

"""
    Series(name, x, y, error, colour, mark)
    Series(name, x, y, colour, mark)

`error` is half an error bar's length for each point, NaN for none. `mark`: `:line` (with points), `:curve` (without),
`:dots`, `:dashes` and `:cross` (both for what is known). Points that are NaN are left out; a series without a name is
not in the legend.
"""
struct Series
    name::String
    x::Vector{Float64}
    y::Vector{Float64}
    error::Vector{Float64}
    colour::String
    mark::Symbol
end

Series(name, x, y, colour, mark) = Series(name, x, y, fill(NaN, length(x)), colour, mark)

const DRAWN_POINTS = 600

"""
    thinned(name, y, colour, mark) -> Series

A long series, numbered from 1: means of neighbours, so that there are at most $DRAWN_POINTS points.
"""
function thinned(name, y, colour, mark)
    k = cld(max(length(y), 1), DRAWN_POINTS)
    parts = collect(Iterators.partition(y, k))
    return Series(
        name, [1 + k * (i - 1) for i in eachindex(parts)], [sum(part) / length(part) for part in parts], colour, mark
    )
end

const ORDER = (0.0, 1.02) # what order parameters reach

"""
    Figure(title, x_label, y_label, series; y=(0, 1.02), logarithmic=false)

`y` is the range of the vertical axis; `nothing`: what the series need. A logarithmic axis has powers of ten.
"""
struct Figure
    title::String
    x_label::String
    y_label::String
    series::Vector{Series}
    y::Union{Nothing,NTuple{2,Float64}}
    logarithmic::Bool
end

Figure(title, x_label, y_label, series; y=ORDER, logarithmic=false) = Figure(
    title, x_label, y_label, series, y, logarithmic
)

const WIDTH, HEIGHT = 640, 420
const LEFT, RIGHT, TOP, BOTTOM = 72, 16, 62, 52
const LETTER = 5.7 # its width, about

struct Axes
    x::NTuple{2,Float64}
    y::NTuple{2,Float64} # of the logarithm, where it is logarithmic
    logarithmic::Bool
end

height(axes, y) = axes.logarithmic ? log10(y) : y
across(axes, x) = round(LEFT + (x - axes.x[1]) / (axes.x[2] - axes.x[1]) * (WIDTH - LEFT - RIGHT); digits=1)
down(axes, y) =
    round(HEIGHT - BOTTOM - (height(axes, y) - axes.y[1]) / (axes.y[2] - axes.y[1]) * (HEIGHT - TOP - BOTTOM); digits=1)

escape(text) = replace(replace(replace(string(text), "&" => "&amp;"), "<" => "&lt;"), ">" => "&gt;")

function ticks(low, high)
    rough = (high - low) / 6
    power = 10.0^floor(log10(rough))
    step = power * first(m for m in (1, 2, 5, 10) if m * power >= rough)
    return [round(k * step; sigdigits=6) for k in ceil(Int, low / step - 1e-9):floor(Int, high / step + 1e-9)]
end

y_ticks(axes) =
    axes.logarithmic ? [10.0^k for k in ceil(Int, axes.y[1] - 1e-9):floor(Int, axes.y[2] + 1e-9)] : ticks(axes.y...)

function margins(low, high, share)
    margin = high > low ? share * (high - low) : 0.5
    return (low - margin, high + margin)
end

finite(values) = Iterators.filter(isfinite, values)

function axes_of(figure)
    x = margins(extrema(vcat((s.x for s in figure.series)...))..., 0.03)
    values = vcat((s.y for s in figure.series)...)
    figure.logarithmic && return Axes(x, extrema(log10(v) for v in finite(values) if v > 0) |> whole_powers, true)
    return Axes(x, figure.y === nothing ? margins(extrema(finite(values))..., 0.05) : figure.y, false)
end

whole_powers((low, high)) = (floor(low), max(ceil(high), floor(low) + 1))

"One picture of the figures."
svg(figure::Figure) = svg([figure])
function svg(figures)
    out = IOBuffer()
    print(out, """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $WIDTH $(HEIGHT * length(figures))" """)
    println(out, """font-family="DejaVu Sans, sans-serif" font-size="12">""")
    println(out, """<rect width="$WIDTH" height="$(HEIGHT * length(figures))" fill="white"/>""")
    for (k, figure) in enumerate(figures)
        println(out, """<g transform="translate(0 $(HEIGHT * (k - 1)))">""")
        draw(out, figure, axes_of(figure))
        println(out, "</g>")
    end
    println(out, "</svg>")
    return String(take!(out))
end

function draw(out, figure, axes)
    draw_frame(out, figure, axes)
    foreach(series -> draw_series(out, series, axes), figure.series)
    draw_legend(out, figure)
end

function draw_frame(out, figure, axes)
    left, right = LEFT, WIDTH - RIGHT
    base = HEIGHT - BOTTOM
    println(out, """<text x="$LEFT" y="22" font-size="14" font-weight="bold">$(escape(figure.title))</text>""")
    for x in ticks(axes.x...)
        at = across(axes, x)
        draw_axis(out, at, base, at, base + 5)
        println(out, """<text x="$at" y="$(base + 19)" text-anchor="middle">$x</text>""")
    end
    for y in y_ticks(axes)
        at = down(axes, y)
        draw_axis(out, left, at, right, at; colour="#e4e4e4")
        println(out, """<text x="$(left - 8)" y="$(at + 4)" text-anchor="end">$y</text>""")
    end
    draw_axis(out, left, base, right, base)
    draw_axis(out, left, TOP, left, base)
    println(
        out,
        """<text x="$((left + right) / 2)" y="$(HEIGHT - 12)" text-anchor="middle">$(escape(figure.x_label))</text>""",
    )
    middle = (TOP + base) / 2
    print(out, """<text x="14" y="$middle" text-anchor="middle" transform="rotate(-90 14 $middle)">""")
    println(out, escape(figure.y_label), "</text>")
end

draw_axis(out, x1, y1, x2, y2; colour="#444") =
    println(out, """<line x1="$x1" y1="$y1" x2="$x2" y2="$y2" stroke="$colour"/>""")

function draw_series(out, s::Series, axes)
    shown = [k for k in eachindex(s.x) if isfinite(s.y[k])]
    points = [(across(axes, s.x[k]), down(axes, s.y[k])) for k in shown]
    s.mark === :cross && return foreach(point -> draw_cross(out, point..., s.colour), points)
    s.mark === :dots || draw_line(out, points, s)
    s.mark in (:line, :dots) || return nothing
    for (k, (x, y)) in zip(shown, points)
        println(out, """<circle cx="$x" cy="$y" r="$(s.mark === :line ? 3 : 2)" fill="$(s.colour)"/>""")
        isnan(s.error[k]) || draw_bar(
            out, x, down(axes, s.y[k] + s.error[k]), down(axes, s.y[k] - s.error[k]), s.colour
        )
    end
end

function draw_cross(out, x, y, colour)
    path = "M$(x - 5) $(y - 5)L$(x + 5) $(y + 5)M$(x - 5) $(y + 5)L$(x + 5) $(y - 5)"
    println(out, """<path d="$path" stroke="$colour" fill="none"/>""")
end

function draw_line(out, points, s)
    line = join(("$x,$y" for (x, y) in points), " ")
    dashes = s.mark === :dashes ? " stroke-dasharray=\"6 4\"" : ""
    println(out, """<polyline points="$line" fill="none" stroke="$(s.colour)" stroke-width="1.5"$dashes/>""")
end

draw_bar(out, x, above, below, colour) =
    println(
        out, """<path d="M$x $above V$below M$(x - 4) $above h8 M$(x - 4) $below h8" stroke="$colour" fill="none"/>"""
    )

# In a row above the axes, where nothing is drawn.
function draw_legend(out, figure)
    x = Float64(LEFT)
    for s in figure.series
        isempty(s.name) && continue
        text = string(s.mark === :cross ? "× " : s.mark === :dashes ? "- - " : "● ", s.name)
        println(
            out, """<text x="$(round(x; digits=1))" y="42" font-size="11" fill="$(s.colour)">$(escape(text))</text>"""
        )
        x += LETTER * length(text) + 16
    end
end
