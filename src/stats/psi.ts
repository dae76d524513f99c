/** Added to each group's count so that an empty group yields a large number rather than infinity (Krichevsky-Trofimov). */
const smoothing = 0.5;

/**
 * Population stability index: the sum of (q - p) ln(q / p) over groups of bins, where p is a group's share in the reference and
 * q its current share. Adjacent bins are merged into groups of about equal reference mass (deciles). Half a count is added to
 * each group on both sides.
 * @param reference integer counts with a sum above 0, over the same bins as `current`
 */
export function psi(reference: ArrayLike<number>, current: ArrayLike<number>, nGroups = 10): number {
  const starts = psiGroupStarts(reference, nGroups);
  const [p, q] = [smoothedPsiShares(reference, starts), smoothedPsiShares(current, starts)];
  return p.reduce((sum, share, group) => sum + (q[group]! - share) * Math.log(q[group]! / share), 0);
}

/**
 * The first bin of each group. Group masses are as equal as whole bins allow; there are fewer groups if a single bin exceeds
 * the mass of a group.
 */
export function psiGroupStarts(counts: ArrayLike<number>, nGroups: number): number[] {
  let total = 0;
  for (let bin = 0; bin < counts.length; bin++) total += counts[bin]!;
  if (!(total > 0)) throw new RangeError("psi: expected a reference with at least one count, got only zeros");
  const starts = [0];
  let below = 0;
  for (let bin = 0; bin + 1 < counts.length && starts.length < nGroups; bin++) {
    const next = below + counts[bin]!;
    const target = (starts.length / nGroups) * total;
    if (next >= target || target - next < next + counts[bin + 1]! - target) {
      if (next > 0) starts.push(bin + 1);
    }
    below = next;
  }
  return starts;
}

function smoothedPsiShares(counts: ArrayLike<number>, starts: readonly number[]): number[] {
  const sums = starts.map((start, group) => {
    let sum = smoothing;
    for (let bin = start; bin < (starts[group + 1] ?? counts.length); bin++) sum += counts[bin]!;
    return sum;
  });
  const total = sums.reduce((sum, count) => sum + count, 0);
  return sums.map((sum) => sum / total);
}
