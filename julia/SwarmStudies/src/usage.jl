# Numbers on a command line.

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
