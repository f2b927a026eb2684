# The command line.

const HELP = """
usage: scripts/julia apps/learning/learn.jl EXAMPLE [options]

Learns from a swarm that runs in C++, while it runs, and says how near it came to what is known to be true. Shows the result as it
improves, writes EXAMPLE.csv and EXAMPLE.svg.

  infer-rules      the swarm's own rules from its frames alone, and a change of them
  closed-loop      a swarm held at a wanted polarisation by steering its noise, free-running and in lock-step
  window-to-code   60 frames of motion to ten numbers, by an autoencoder beside principal components; a change of regime shows
  who-leads        agents that lead, planted by steering them, from how everybody moves; then others take over

  --seconds S      how long it learns, from 4 (default: as the example needs)
  --agents N       how many agents (default: as the example needs)
  --seed N         of the swarm's randomness (default 1)
  --short          shorter, with fewer agents, and without a verdict on how fast it was: for a first look, or a busy machine
  --out FOLDER     for the files (default build/learning)
  --json           one JSON object at the end
  --help           this text

Exit code: 0 if all checks hold, 1 if not, 2 for a wrong command line, 4 if the swarm failed, 130 after Ctrl-C.
"""

mutable struct Options
    seconds::Float64 # 0: the example's default
    agents::Int      # 0: the example's default
    seed::Int
    short::Bool
    out::String
    json::Bool
end

Options() = Options(0, 0, 1, false, joinpath("build", "learning"), false)

function parse_options(arguments)
    options = Options()
    return read_options!((word, value) -> take_option!(options, word, value), options, arguments)
end

function take_option!(options, word, value)
    if word == "--seconds"
        options.seconds = number(word, value, Float64, 4)
    elseif word == "--agents"
        options.agents = number(word, value, Int, 2)
    elseif word == "--seed"
        options.seed = number(word, value, Int, 0)
    else
        return false
    end
    return true
end

# What an example asks for, unless the user asks for something else.
seconds_of(o, usual, short) = o.seconds > 0 ? o.seconds : o.short ? short : usual

function agents_of(o, usual, short, least)
    o.agents == 0 && return o.short ? short : usual
    o.agents >= least || throw(UsageError("fewer than $least agents are too few to learn from: say more than --agents $(o.agents)"))
    return o.agents
end
