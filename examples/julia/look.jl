# Draws a flock from above, once a second for five seconds: look.jl [STREAM]
using Wingbeat

const COLUMNS, ROWS = 60, 20
const SHADES = " .:+*#@"

# The number of agents in each cell of the rectangle from `low` to `high`.
function count_agents(X, low, high)
    cells = zeros(Int, ROWS, COLUMNS)
    width = max.(high .- low, eps(Float32))
    for i in axes(X, 2)
        column = 1 + floor(Int, 0.999f0 * COLUMNS * (X[1, i] - low[1]) / width[1])
        row = ROWS - floor(Int, 0.999f0 * ROWS * (X[2, i] - low[2]) / width[2])
        cells[row, column] += 1
    end
    return cells
end

shade(count, most) = SHADES[count == 0 ? 1 : 2 + (length(SHADES) - 2) * (count - 1) ÷ most]

function draw(frame)
    X = frame[:position]                       # components x N, in shared memory: nothing is copied
    low, high = minimum(X; dims=2), maximum(X; dims=2)
    cells = count_agents(X, low, high)
    for row in eachrow(cells)
        println(map(count -> shade(count, maximum(cells)), row)...)
    end
    extent(k) = string(round(low[k]; digits=2), " to ", round(high[k]; digits=2))
    println("frame ", frame.seq, ": ", frame.count, " agents, x ", extent(1), ", y ", extent(2), "\n")
end

flock = subscribe(isempty(ARGS) ? "flock" : ARGS[1])
show(stdout, MIME("text/plain"), flock)        # its fields and parameters
println("\n")
for picture in 1:5
    draw(take!(flock))                         # the newest frame: frames published during a pause are skipped
    sleep(1)
end
println("received ", stats(flock).received, " of ", stats(flock).newest, " frames")
