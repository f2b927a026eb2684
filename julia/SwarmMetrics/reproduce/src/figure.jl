# A figure as SVG: series of points with error bars, over two linear axes.

struct Series
    name::String
    x::Vector{Float64}
    y::Vector{Float64}
    error::Vector{Float64} # half the bar's length; NaN: none
    colour::String
    mark::Symbol           # :line (with points) or :cross (known values)
end

struct Figure
    title::String
    x_label::String
    y_label::String
    series::Vector{Series}
end

const WIDTH, HEIGHT = 640, 420
const LEFT, RIGHT, TOP, BOTTOM = 64, 16, 62, 52
const LETTER = 5.7 # its width, about

struct Axes
    x::NTuple{2,Float64}
    y::NTuple{2,Float64}
end

across(axes, x) = round(LEFT + (x - axes.x[1]) / (axes.x[2] - axes.x[1]) * (WIDTH - LEFT - RIGHT); digits=1)
down(axes, y) = round(HEIGHT - BOTTOM - (y - axes.y[1]) / (axes.y[2] - axes.y[1]) * (HEIGHT - TOP - BOTTOM); digits=1)

escape(text) = replace(replace(replace(string(text), "&" => "&amp;"), "<" => "&lt;"), ">" => "&gt;")

function ticks(low, high)
    rough = (high - low) / 6
    power = 10.0^floor(log10(rough))
    step = power * first(m for m in (1, 2, 5, 10) if m * power >= rough)
    return [round(k * step; sigdigits=6) for k in ceil(Int, low / step - 1e-9):floor(Int, high / step + 1e-9)]
end

function axes_of(figure)
    xs = vcat([s.x for s in figure.series]...)
    low, high = extrema(xs)
    margin = high > low ? 0.03 * (high - low) : 0.5
    return Axes((low - margin, high + margin), (0.0, 1.02)) # order parameters
end

function svg(figure::Figure)
    axes = axes_of(figure)
    out = IOBuffer()
    println(out, """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $WIDTH $HEIGHT" font-family="DejaVu Sans, sans-serif" font-size="12">""")
    println(out, """<rect width="$WIDTH" height="$HEIGHT" fill="white"/>""")
    draw_frame(out, figure, axes)
    foreach(series -> draw_series(out, series, axes), figure.series)
    draw_legend(out, figure)
    println(out, "</svg>")
    return String(take!(out))
end

function draw_frame(out, figure, axes)
    left, right = LEFT, WIDTH - RIGHT
    base = HEIGHT - BOTTOM
    println(out, """<text x="$LEFT" y="22" font-size="14" font-weight="bold">$(escape(figure.title))</text>""")
    for x in ticks(axes.x...)
        at = across(axes, x)
        println(out, """<line x1="$at" y1="$base" x2="$at" y2="$(base + 5)" stroke="#444"/><text x="$at" y="$(base + 19)" text-anchor="middle">$x</text>""")
    end
    for y in ticks(axes.y...)
        at = down(axes, y)
        println(out, """<line x1="$left" y1="$at" x2="$right" y2="$at" stroke="#e4e4e4"/><text x="$(left - 8)" y="$(at + 4)" text-anchor="end">$y</text>""")
    end
    println(out, """<line x1="$left" y1="$base" x2="$right" y2="$base" stroke="#444"/><line x1="$left" y1="$TOP" x2="$left" y2="$base" stroke="#444"/>""")
    println(out, """<text x="$((left + right) / 2)" y="$(HEIGHT - 12)" text-anchor="middle">$(escape(figure.x_label))</text>""")
    middle = (TOP + base) / 2
    println(out, """<text x="16" y="$middle" text-anchor="middle" transform="rotate(-90 16 $middle)">$(escape(figure.y_label))</text>""")
end

function draw_series(out, s::Series, axes)
    points = [(across(axes, x), down(axes, y)) for (x, y) in zip(s.x, s.y)]
    if s.mark === :cross
        for (x, y) in points
            println(out, """<path d="M$(x - 5) $(y - 5)L$(x + 5) $(y + 5)M$(x - 5) $(y + 5)L$(x + 5) $(y - 5)" stroke="$(s.colour)" fill="none"/>""")
        end
        return nothing
    end
    line = join(("$x,$y" for (x, y) in points), " ")
    println(out, """<polyline points="$line" fill="none" stroke="$(s.colour)" stroke-width="1.5"/>""")
    for ((x, y), value, half) in zip(points, s.y, s.error)
        println(out, """<circle cx="$x" cy="$y" r="3" fill="$(s.colour)"/>""")
        isnan(half) && continue
        above, below = down(axes, value + half), down(axes, value - half)
        println(out, """<path d="M$x $above V$below M$(x - 4) $above h8 M$(x - 4) $below h8" stroke="$(s.colour)" fill="none"/>""")
    end
end

# In a row above the axes, where nothing is drawn.
function draw_legend(out, figure)
    x = Float64(LEFT)
    for s in figure.series
        text = string(s.mark === :cross ? "× " : "● ", s.name)
        println(out, """<text x="$(round(x; digits=1))" y="42" font-size="11" fill="$(s.colour)">$(escape(text))</text>""")
        x += LETTER * length(text) + 10
    end
end
