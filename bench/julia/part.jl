# Parses the options of `peer-x receive`, and --way.

struct Part
    way::String
    name::String
    directory::String
    board::String
    out::String
    bytes::Int
    readers::Int
    reader::Int
    core::Int
    spins::Bool
    in_turns::Bool
end

const FLAGS = ("--flat-out",)

function Part(words)
    words[1] == "receive" || error("the role is receive, not $(words[1])")
    given = Dict{String,String}()
    i = 2
    while i <= length(words)
        flag = words[i] in FLAGS
        given[words[i]] = flag ? "yes" : words[i + 1]
        i += flag ? 1 : 2
    end
    number(option, default) = parse(Int, get(given, option, default))
    return Part(
        given["--way"], given["--name"], given["--directory"], given["--board"], given["--out"],
        number("--bytes", "64"), number("--readers", "1"), number("--reader", "0"), number("--core", "-1"),
        get(given, "--wait", "spin") == "spin", !haskey(given, "--rate") && !haskey(given, "--flat-out"),
    )
end
