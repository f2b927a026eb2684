# The zone model's forms, fitted to a pair response.
#
# Up to distance a: separation, a^2/d^2 - 1 away from the neighbour. From a to b: alignment, sin^2(pi t) along its
# heading. From b to c: cohesion, cos^2(pi t) towards it. t runs from 0 to 1 over the squared distance. (a^2 = low R^2,
# b^2 = high R^2, c = R.) For given a, b, c the strengths are a linear least squares problem of three unknowns (variable
# projection: Golub & Pereyra, SIAM J. Numer. Anal. 10 (1973) 413), so that only the three borders are searched for.

struct ZoneFit
    separation::Float64
    alignment::Float64
    cohesion::Float64
    low::Float64
    high::Float64
    neighbourhood::Float64
    explained::Float64    # share of the forces' squares
    borders::NTuple{3,Float64}
end

separating(d, a) = d < a ? 1 - (a / d)^2 : 0.0
aligning(d, a, b) = a <= d < b ? sinpi((d^2 - a^2) / (b^2 - a^2))^2 : 0.0
cohering(d, b, c) = b <= d < c ? cospi((d^2 - b^2) / (c^2 - b^2))^2 : 0.0

const POINTS_PER_SPACING = 8

# The best approximation of f by hats (L2), below `least` as if f were constant there.
function in_hats(f, r::PairResponse, least)
    overlaps = zeros(r.knots)
    h = r.spacing / POINTS_PER_SPACING
    for k in 1:(POINTS_PER_SPACING * (r.knots + 1))
        d = (k - 0.5) * h
        left, share = hats(r, d)
        value = h * f(max(d, least))
        1 <= left <= r.knots && (overlaps[left] += (1 - share) * value)
        left + 1 <= r.knots && (overlaps[left + 1] += share * value)
    end
    return SymTridiagonal(fill(2r.spacing / 3, r.knots), fill(r.spacing / 6, r.knots - 1)) \ overlaps
end

separation_form(r, a, least) = vcat(in_hats(d -> separating(d, a), r, least), zeros(r.knots))
alignment_form(r, a, b, least) = vcat(zeros(r.knots), in_hats(d -> aligning(d, a, b), r, least))
cohesion_form(r, b, c, least) = vcat(in_hats(d -> cohering(d, b, c), r, least), zeros(r.knots))

# The strengths of the forms, from their normal equations, and the share of the forces' squares that they do not
# explain.
function strengths(normal, moments, power)
    s = (normal + 1e-12 * tr(normal) * I) \ moments
    return s, 1 - dot(s, moments) / power
end

function strengths_at(r::PairResponse, (a, b, c), least)
    forms = hcat(separation_form(r, a, least), alignment_form(r, a, b, least), cohesion_form(r, b, c, least))
    return strengths(forms' * (Symmetric(r.gram) * forms), forms' * r.moments, r.power)
end

is_possible(r, (a, b, c), least) = least < a && a + r.spacing < b && b + r.spacing < c && c < reach(r)

lost_share(r, borders, least) = is_possible(r, borders, least) ? last(strengths_at(r, borders, least)) : Inf

# ----------------------------------------------------------------------------------------------------------- the search

"""
    ZoneSearch(response, least; levels=24)

A coarse grid of borders with the forms that belong to them. Separation needs one border, the other forms two, so that
there are far fewer forms than triples of borders. No sample has a neighbour nearer than `least`.
"""
struct ZoneSearch
    levels::Vector{Float64}
    least::Float64
    forms::Matrix{Float64}        # coefficients x forms
    separation::Vector{Int}       # the column of a border's form
    alignment::Matrix{Int}        # of two borders'
    cohesion::Matrix{Int}
end

function ZoneSearch(r::PairResponse, least; levels=24)
    borders = collect(range(least, reach(r); length=levels + 2)[2:(end - 1)])
    forms = Vector{Float64}[]
    column(form) = (push!(forms, form); length(forms))
    separation = [column(separation_form(r, a, least)) for a in borders]
    alignment = [a < b ? column(alignment_form(r, a, b, least)) : 0 for a in borders, b in borders]
    cohesion = [b < c ? column(cohesion_form(r, b, c, least)) : 0 for b in borders, c in borders]
    return ZoneSearch(borders, least, reduce(hcat, forms), separation, alignment, cohesion)
end

function best_on_grid(search::ZoneSearch, r::PairResponse)
    responses, moments = Symmetric(r.gram) * search.forms, search.forms' * r.moments
    product(i, j) = dot(view(search.forms, :, i), view(responses, :, j))
    best, borders, n = Inf, (0.0, 0.0, 0.0), length(search.levels)
    for a in 1:n, b in (a + 1):n, c in (b + 1):n
        columns = (search.separation[a], search.alignment[a, b], search.cohesion[b, c])
        normal = [product(i, j) for i in columns, j in columns]
        left = last(strengths(normal, [moments[k] for k in columns], r.power))
        left < best && ((best, borders) = (left, (search.levels[a], search.levels[b], search.levels[c])))
    end
    return best, borders
end

const FINEST_STEP = 0.02 # of the spacing

"""
    fit_zones(search, response, start=nothing) -> ZoneFit

The borders and strengths that explain the forces best: the best of the grid and of the borders `start`, refined by
steps along each border, which are halved when no step helps.
"""
function fit_zones(search::ZoneSearch, r::PairResponse, start=nothing)
    best, borders = best_on_grid(search, r)
    start !== nothing && lost_share(r, start, search.least) < best && (borders = start)
    borders = refine(r, borders, search.least, (search.levels[2] - search.levels[1]) / 2)
    s, left = strengths_at(r, borders, search.least)
    a, b, c = borders
    return ZoneFit(s..., (a / c)^2, (b / c)^2, c, 1 - left, borders)
end

function refine(r, borders, least, stride)
    score = lost_share(r, borders, least)
    while stride > FINEST_STEP * r.spacing
        moves = [ntuple(k -> borders[k] + (k == axis ? sign * stride : 0.0), 3) for axis in 1:3 for sign in (-1, 1)]
        scores = [lost_share(r, move, least) for move in moves]
        if minimum(scores) < score
            score, which = findmin(scores)
            borders = moves[which]
        else
            stride /= 2
        end
    end
    return borders
end
