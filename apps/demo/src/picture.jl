# The flock as a small picture: brightness is the number of agents in a pixel, hue their common heading. A crowd without
# a common heading is white; a flock that moves together has one colour.
#
# Two pixels, one above the other, share a character (the upper half block, with a foreground and a background colour).

mutable struct FlockPicture
    counts::Matrix{Int32}    # width x height
    headings::Matrix{Float32} # 2 x (width * height): sums of unit headings in the picture's plane
    centre::NTuple{3,Float64}
    reach::Float64           # distance from the centre to the picture's edge, in the positions' unit
    truecolour::Bool
end

function FlockPicture(; truecolour=get(ENV, "COLORTERM", "") in ("truecolor", "24bit"))
    return FlockPicture(zeros(Int32, 0, 0), zeros(Float32, 2, 0), (0.0, 0.0, 0.0), 0.0, truecolour)
end

# A fixed oblique look from the side and a little above: right, and up.
const RIGHT = (0.8660f0, 0.0f0, 0.5f0)
const UP = (-0.1710f0, 0.9397f0, 0.2962f0)

@inline dot3(a, x, y, z) = a[1] * x + a[2] * y + a[3] * z

"Follows the flock's place and size, slowly, so that its own motion stays visible."
function flock_view!(picture::FlockPicture, centroid, cohesion)
    if picture.reach == 0
        picture.centre = centroid
        picture.reach = 2.2 * cohesion
    end
    distance = sqrt(sum(abs2, centroid .- picture.centre))
    picture.centre = picture.centre .+ 0.01 .* (centroid .- picture.centre)
    picture.reach += 0.03 * (distance + 2.0 * cohesion - picture.reach)
    return picture
end

"Counts the agents of `3 x N` positions and velocities into `width x height` pixels."
function update!(picture::FlockPicture, X, V, width::Integer, height::Integer)
    if size(picture.counts) != (width, height)
        picture.counts = zeros(Int32, width, height)
        picture.headings = zeros(Float32, 2, width * height)
    end
    fill!(picture.counts, 0)
    fill!(picture.headings, 0)
    count!(picture.counts, picture.headings, X, V, Float32.(picture.centre), Float32(picture.reach))
    return picture
end

function count!(counts, headings, X, V, centre, reach)
    width, height = size(counts)
    scale = (min(width, height) / 2) / max(reach, 1.0f-6)
    for i in 1:size(X, 2)
        x, y, z = X[1, i] - centre[1], X[2, i] - centre[2], X[3, i] - centre[3]
        column = floor(Int, width / 2 + scale * dot3(RIGHT, x, y, z)) + 1
        row = floor(Int, height / 2 - scale * dot3(UP, x, y, z)) + 1
        (1 <= column <= width && 1 <= row <= height) || continue
        u, v, w = V[1, i], V[2, i], V[3, i]
        speed = sqrt(u * u + v * v + w * w)
        @inbounds counts[column, row] += Int32(1)
        speed > 0 || continue
        pixel = column + width * (row - 1)
        @inbounds headings[1, pixel] += dot3(RIGHT, u, v, w) / speed
        @inbounds headings[2, pixel] += dot3(UP, u, v, w) / speed
    end
    return counts
end

const BLACK = (0x00, 0x00, 0x00)

# Hue (turns), saturation and value, each 0 to 1, to three bytes.
function rgb(hue, saturation, value)
    function channel(offset)
        k = mod(offset + 6 * hue, 6)
        return round(UInt8, 255 * value * (1 - saturation * clamp(min(k, 4 - k), 0, 1)))
    end
    return (channel(5), channel(3), channel(1))
end

function pixel_colour(picture::FlockPicture, column, row, brightest)
    count = picture.counts[column, row]
    count == 0 && return BLACK
    width = size(picture.counts, 1)
    a, b = picture.headings[1, column + width * (row - 1)], picture.headings[2, column + width * (row - 1)]
    # Of few agents the mean heading is long by chance: n random ones give about sqrt(n), not 0.
    shared = clamp((sqrt(a * a + b * b) - sqrt(Float32(count))) / count, 0.0f0, 1.0f0)
    value = 0.25 + 0.75 * log1p(count) / log1p(brightest)
    return rgb(atan(b, a) / (2 * Float32(pi)), min(1.0, 1.3 * shared), min(1.0, value))
end

colour_code(picture::FlockPicture, (r, g, b)) =
    picture.truecolour ? string("2;", r, ";", g, ";", b) : string("5;", 16 + 36 * cube(r) + 6 * cube(g) + cube(b))
cube(channel) = round(Int, channel / 51)

"The picture as lines of text, two pixel rows each, with colour codes; each ends with the colours reset."
function picture_lines(picture::FlockPicture)
    width, height = size(picture.counts)
    brightest = isempty(picture.counts) ? 4 : max(4, maximum(picture.counts))
    lines = String[]
    for row in 1:2:(height - 1)
        push!(lines, picture_line(picture, row, brightest))
    end
    return lines
end

function picture_line(picture::FlockPicture, row, brightest)
    out = IOBuffer()
    shown = (BLACK, BLACK)
    for column in 1:size(picture.counts, 1)
        pixels = (pixel_colour(picture, column, row, brightest), pixel_colour(picture, column, row + 1, brightest))
        pixels == shown || print(out, "\e[0", colour_codes(picture, pixels), "m")
        print(out, half_block(pixels))
        shown = pixels
    end
    print(out, "\e[0m")
    return String(take!(out))
end

# Empty pixels keep the terminal's own background.
half_block((upper, lower)) = upper != BLACK ? '▀' : lower != BLACK ? '▄' : ' '

function colour_codes(picture, (upper, lower))
    upper == BLACK && lower == BLACK && return ""
    upper == BLACK && return string(";38;", colour_code(picture, lower))
    lower == BLACK && return string(";38;", colour_code(picture, upper))
    return string(";38;", colour_code(picture, upper), ";48;", colour_code(picture, lower))
end
