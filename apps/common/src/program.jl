# A program: its command line, its help, its exit code.

"A wrong command line, with a message that says what would be right."
struct UsageError <: Exception
    message::String
end
Base.showerror(io::IO, err::UsageError) = print(io, err.message)

"""
    Option(name, value, default, help, read)
    Option(name, help)

The option `--name`. `value` stands for its value in the help. `read(word, text)` turns the text into the value, or
throws a [`UsageError`](@ref): [`whole`](@ref), [`decimal`](@ref), [`decimals`](@ref), [`one_of`](@ref),
[`anything`](@ref). Without a value it is a switch, which is false by default.
"""
struct Option
    name::Symbol
    value::String
    default::Any
    help::String
    read::Any
end
Option(name, help) = Option(name, "", false, help, nothing)

"""
    Program(command, noun, about, choices, options)

`command` is what a user types. With a `noun` ("example"), the first word of the command line names one of the
`choices`, pairs of a name and a line of help.
"""
struct Program
    command::String
    noun::String
    about::String
    choices::Vector{Pair{String,String}}
    options::Vector{Option}
end

const EXIT_CODES = """
Exit code: 0 if all checks hold, 1 if one fails, 2 for a wrong command line, 4 if the swarm cannot run, 130 after
Ctrl-C.
"""

"What `--help` prints."
function help_text(program::Program)
    out = IOBuffer()
    noun = isempty(program.noun) ? "" : uppercase(program.noun) * " "
    println(out, "usage: ", program.command, " ", noun, "[options]\n\n", strip(program.about), "\n")
    foreach(((name, help),) -> println(out, "  ", rpad(name, 17), help), program.choices)
    isempty(program.choices) || println(out)
    for option in program.options
        println(out, "  ", rpad(string(word_of(option), " ", option.value), 17), option.help)
    end
    println(out, "  ", rpad("--help", 17), "print this text\n\n", EXIT_CODES)
    return rstrip(String(take!(out))) * "\n"
end

word_of(option::Option) = string("--", replace(string(option.name), '_' => '-'))

"""
    parse_arguments(program, words) -> (choice, options)

The name of the choice (empty if the program has none) and the options as a named tuple. Throws a [`UsageError`](@ref).
"""
function parse_arguments(program::Program, words)
    rest = collect(String, words)
    choice = isempty(program.noun) ? "" : choice_of(program, popfirst!(rest))
    values = Dict{Symbol,Any}(option.name => option.default for option in program.options)
    while !isempty(rest)
        word = popfirst!(rest)
        k = findfirst(option -> word_of(option) == word, program.options)
        k === nothing && throw(UsageError("unknown option $word; see $(program.command) --help"))
        option = program.options[k]
        values[option.name] = isempty(option.value) ? true : option.read(word, value_of(program, word, rest))
    end
    return choice, (; (option.name => values[option.name] for option in program.options)...)
end

function choice_of(program, word)
    names = first.(program.choices)
    word in names && return word
    throw(UsageError("there is no $(program.noun) $word; there are $(join(names, ", "))"))
end

function value_of(program, word, rest)
    isempty(rest) && throw(UsageError("$word needs a value; see $(program.command) --help"))
    return popfirst!(rest)
end

"""
    whole(least), decimal(least, most=Inf), decimals(least), one_of(choices...), anything

Readers of an option's value: an integer, a finite number, a list of them with commas between, one of some words, any
text.
"""
whole(least) = (word, text) -> number(word, text, Int, "a whole number", least, typemax(Int))
decimal(least, most=Inf) = (word, text) -> number(word, text, Float64, "a number", least, most)
decimals(least) = (word, text) -> [number(word, part, Float64, "numbers", least, Inf) for part in split(text, ',')]
anything(_, text) = text

function one_of(choices...)
    return function (word, text)
        text in choices || throw(UsageError("$word takes one of $(join(choices, ", ")), not $text"))
        return text
    end
end

function number(word, text, T, kind, least, most)
    value = tryparse(T, text)
    value !== nothing && isfinite(value) && least <= value <= most && return value
    range = most in (Inf, typemax(Int)) ? "from $least" : "from $least to $most"
    throw(UsageError("$word takes $kind $range, not $text"))
end

"""
    run_program(main, program, words) -> exit code

Calls `main(choice, options)`, which gives the exit code, and reports the errors that a user can do something about.
"""
function run_program(main, program::Program, words)
    any(in(("--help", "-h")), words) && (print(help_text(program)); return 0)
    isempty(words) && !isempty(program.noun) && (print(stderr, help_text(program)); return 2)
    try
        return main(parse_arguments(program, words)...)
    catch err
        err isa Union{UsageError,MissingBinary,SwarmEnded,Wingbeat.WingbeatError} || rethrow()
        println(stderr, program.command, ": ", sprint(showerror, err))
        return err isa UsageError ? 2 : 4
    end
end
