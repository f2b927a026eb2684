"The command line."
module Options

export Settings, UsageError, parse_options, HELP

struct UsageError <: Exception
    message::String
end

Base.showerror(io::IO, err::UsageError) = print(io, err.message)

mutable struct Settings
    seconds::Float64
    agents::Int
    rate::Int
    inject::String # "", torn, deaf or frozen
    json::String   # a file, or empty
    join::Bool     # use the user's own runtime directory
    plain::Bool    # lines even on a terminal
    help::Bool
end

Settings() = Settings(30.0, 10_000, 60, "", "", false, false, false)

const HELP = """
usage: scripts/demo [--seconds S] [options]

A swarm of 10,000 agents, simulated in C++ at 60 steps per second; Julia looks at every step as it happens, learns from it,
answers with ten numbers per step, and steers the swarm half-way.

  --seconds S      how long the run lasts, 5 to 300 (default 30); the compilation before it does not count
  --inject FAULT   have the swarm misbehave: torn, deaf or frozen. The demo must notice, and ends with exit code 1
  --join           use your own runtime directory, so that `wingbeat top` shows the demo without further ado
  --plain          lines instead of a live screen
  --json FILE      write what was measured to FILE as well
  --help           this text

Exit code: 0 if every frame was whole, at least 95 % of them were seen, the ten numbers reached the swarm, the
reconstruction error halved and the steering showed; 1 if not; 2 for a wrong command line; 130 after Ctrl-C.
"""

const FAULTS = ("torn", "deaf", "frozen")

function parse_options(arguments)
    settings = Settings()
    rest = collect(String, arguments)
    while !isempty(rest)
        take_option!(settings, popfirst!(rest), rest)
    end
    return settings
end

function take_option!(settings::Settings, option, rest)
    if option in ("--help", "-h")
        settings.help = true
    elseif option == "--join"
        settings.join = true
    elseif option == "--plain"
        settings.plain = true
    elseif option == "--seconds"
        settings.seconds = seconds(value_of(option, rest))
    elseif option == "--inject"
        settings.inject = one_of(option, value_of(option, rest), FAULTS)
    elseif option == "--json"
        settings.json = value_of(option, rest)
    else
        throw(UsageError("unknown option $option; see scripts/demo --help"))
    end
    return settings
end

function value_of(option, rest)
    isempty(rest) && throw(UsageError("$option needs a value; see scripts/demo --help"))
    return popfirst!(rest)
end

function seconds(text)
    value = tryparse(Float64, text)
    value !== nothing && 5 <= value <= 300 && return value
    throw(UsageError("--seconds takes a number from 5 to 300, not $text"))
end

function one_of(option, text, choices)
    text in choices || throw(UsageError("$option takes one of $(join(choices, ", ")), not $text"))
    return text
end

end
