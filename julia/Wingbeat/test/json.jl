# Reads JSON, which Julia's standard library does not: objects as Dict, arrays as Vector, whole numbers as Int128, since a vector
# holds the limits of UInt64. For files of our own: it does not say what is wrong with others.

mutable struct JsonText
    text::Vector{UInt8}
    at::Int
end

read_json(path::String) = json_value(JsonText(read(path), 1))

function peek_token(json::JsonText)
    while json.text[json.at] in UInt8.((' ', '\n', ',', ':'))
        json.at += 1
    end
    return Char(json.text[json.at])
end

function json_value(json::JsonText)
    first = peek_token(json)
    first == '{' && return json_object(json)
    first == '[' && return json_array(json)
    first == '"' && return json_string(json)
    return json_word(json)
end

function json_object(json::JsonText)
    object = Dict{String,Any}()
    json.at += 1
    while peek_token(json) != '}'
        key = json_value(json)
        object[key] = json_value(json)
    end
    json.at += 1
    return object
end

function json_array(json::JsonText)
    list = Any[]
    json.at += 1
    while peek_token(json) != ']'
        push!(list, json_value(json))
    end
    json.at += 1
    return list
end

const JSON_ESCAPES = Dict('n' => '\n', '"' => '"', '\\' => '\\', '/' => '/')

function json_string(json::JsonText)
    bytes = UInt8[]
    json.at += 1
    while json.text[json.at] != UInt8('"')
        byte = json.text[json.at]
        byte == UInt8('\\') && (json.at += 1)
        push!(bytes, byte == UInt8('\\') ? UInt8(JSON_ESCAPES[Char(json.text[json.at])]) : byte)
        json.at += 1
    end
    json.at += 1
    return String(bytes)
end

function json_word(json::JsonText)
    start = json.at
    while !(json.text[json.at] in UInt8.((',', ']', '}', '\n', ' ')))
        json.at += 1
    end
    word = String(json.text[start:(json.at - 1)])
    word in ("true", "false") && return word == "true"
    return occursin(r"[.e]", word) ? parse(Float64, word) : parse(Int128, word)
end
