# Who leads, from positions alone, `3 x N x T`: the search knows nothing of who is steered.

const LEAD_DELAYS = 24               # steps
const LEAST_ALIKE = 0.3              # correlation of a pair that counts
const LEAD_LAG, LEAD_HISTORY = 5, 3  # of transfer entropy, in steps

motions(P) = P[:, :, 2:end] .- P[:, :, 1:(end - 1)]

"By how many steps each is ahead of the others, in the mean."
who_precedes(P) = net_leadership(leadership(motions(P); delays=LEAD_DELAYS); least=LEAST_ALIKE)

"What each tells each, in nats, `N x N`."
who_tells(P) = transfer_entropy(headings(motions(P)); lag=LEAD_LAG, history=LEAD_HISTORY)

"By how much each tells more than it is told."
net_told(told) = vec(sum(told; dims=2) .- sum(told; dims=1)')

first_by(values, count) = sort(sortperm(values; rev=true)[1:count])
hits(values, planted) = length(intersect(first_by(values, length(planted)), planted))
