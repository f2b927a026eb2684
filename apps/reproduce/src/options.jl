# The command line.

const HELP = """
usage: scripts/julia apps/reproduce/reproduce.jl FIGURE [options]

Measures a published figure again: a swarm runs in C++ and publishes every step, Julia measures the live frames and steers.
Writes FIGURE.csv and FIGURE.svg, and compares with what is known.

  vicsek-order     polarisation against noise (Vicsek et al. 1995, figure 2)
  couzin-states    swarm, torus and parallel group (Couzin et al. 2002)
  couzin-memory    the same width of orientation, two histories, two states (Couzin et al. 2002)

  --agents N       default 100
  --density D      vicsek-order: agents per unit of area (default 4)
  --noise LIST     vicsek-order: the noises, with commas between (default 0.5,1,...,5)
  --seeds N        runs to average over (default 5; couzin-memory 3)
  --burn-in N      steps before measuring (default: as published)
  --steps N        steps to measure (default: as published)
  --short          a tenth of the steps, 2 seeds: for a first look
  --out FOLDER     for the files (default build/reproduce)
  --json           one JSON object at the end
  --help           this text

Exit code: 0 if all checks hold, 1 if not, 2 for a wrong command line, 4 if the swarm failed, 130 after Ctrl-C.
"""

mutable struct Options
    agents::Int
    density::Float64
    noises::Vector{Float64}
    seeds::Int      # 0: the figure's default
    burn_in::Int    # -1: the figure's default
    steps::Int      # 0: the figure's default
    short::Bool
    out::String
    json::Bool
end

Options() = Options(100, 4.0, collect(0.5:0.5:5), 0, -1, 0, false, joinpath("build", "reproduce"), false)

function parse_options(arguments)
    options = Options()
    return read_options!((word, value) -> take_option!(options, word, value), options, arguments)
end

function take_option!(options, word, value)
    if word == "--agents"
        options.agents = number(word, value, Int, 2)
    elseif word == "--density"
        options.density = number(word, value, Float64, 1e-6)
    elseif word == "--noise"
        options.noises = [number(word, text, Float64, 0) for text in split(value, ',')]
    elseif word == "--seeds"
        options.seeds = number(word, value, Int, 1)
    elseif word == "--burn-in"
        options.burn_in = number(word, value, Int, 0)
    elseif word == "--steps"
        options.steps = number(word, value, Int, 10)
    else
        return false
    end
    return true
end

# What a figure asks for, unless the user asks for something else.
seeds_of(o, usual) = o.seeds > 0 ? o.seeds : o.short ? min(2, usual) : usual
steps_of(o, usual) = o.steps > 0 ? o.steps : o.short ? cld(usual, 10) : usual
burn_in_of(o, usual) = o.burn_in >= 0 ? o.burn_in : o.short ? cld(usual, 10) : usual
