# A program: its command line, its end and its exit code.

"A command line that is wrong, and what would be right."
struct UsageError <: Exception
    message::String
end
Base.showerror(io::IO, err::UsageError) = print(io, err.message)

"""
    number(word, text, T, least) -> T

The `Int` or `Float64`, finite and at least `least`, that `text` is after the option `word`; else throws a [`UsageError`](@ref).
"""
function number(word, text, T, least)
    value = tryparse(T, text)
    value !== nothing && isfinite(value) && value >= least && return value
    throw(UsageError("$word takes $(T === Int ? "a whole number" : "numbers") from $least, not $text"))
end

"""
    read_options!(take!, options, arguments) -> options

Goes through the words of a command line. `--short`, `--json` and `--out FOLDER` set the fields `short`, `json` and `out` of `options`; for
any other word `take!(word, value)` is called with the one behind it, and says whether it knows the word. Throws a
[`UsageError`](@ref) for unknown words and for those that lack a value.
"""
function read_options!(take!, options, arguments)
    rest = copy(arguments)
    while !isempty(rest)
        word = popfirst!(rest)
        word == "--short" && (options.short = true; continue)
        word == "--json" && (options.json = true; continue)
        isempty(rest) && throw(UsageError("$word is unknown or lacks its value; see --help"))
        value = popfirst!(rest)
        word == "--out" ? (options.out = value) : take!(word, value) || throw(UsageError("unknown option $word; see --help"))
    end
    return options
end

const INTERRUPTED = 130

"""
    conclude(results, folder; json) -> exit code

Writes the results into the folder and prints the verdict, as one JSON object as well if asked for.
"""
function conclude(results::Results, folder; json::Bool)
    write_results(results, folder)
    foreach(println, verdict_lines(results))
    json && println(json_line(results))
    return exit_code(results)
end

"""
    guarded(body, program) -> exit code

What `body()` returns; 130 after Ctrl-C, 2 for a wrong command line, 4 if the swarm failed: with a message that begins with the
program's name.
"""
function guarded(body, program)
    try
        return body()
    catch err
        err isa InterruptException && return INTERRUPTED
        err isa Union{UsageError,MissingBinary,SwarmEnded,Wingbeat.WingbeatError} || rethrow()
        println(stderr, program, ": ", sprint(showerror, err))
        return err isa UsageError ? 2 : 4
    end
end
