// Computes the labels of one recording over time from annotations in any order. An annotation is either an interval or the time
// at which a label begins, which then holds until the next annotation. While annotations with different labels overlap, rows
// get no label, because a row can have only one.

/** An annotation on the recording's clock. */
export interface LabelInterval {
  /** The annotation's label; null ends the previous label. */
  readonly label: string | null;
  /** Seconds. */
  readonly start: number;
  /** End in seconds; null if the label holds until the next annotation begins. */
  readonly end: number | null;
}

/** A label from `start` to `end` (exclusive); segments are in time order and do not overlap. */
export interface LabelSegment {
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

export interface LabelSegments {
  readonly segments: readonly LabelSegment[];
  /** Number of annotations that overlap an annotation with a different label. */
  readonly overlapping: number;
  /** Time, in seconds, that has no label because annotations with different labels overlap. */
  readonly overlappingSeconds: number;
}

export function labelSegments(intervals: readonly LabelInterval[]): LabelSegments {
  const sorted = intervals.toSorted((a, b) => a.start - b.start);
  const closed = sorted.flatMap(({ label, start, end }, i) => {
    const next = sorted.slice(i + 1).find((other) => other.start > start)?.start ?? Number.POSITIVE_INFINITY;
    return label === null ? [] : [{ label, start, end: end ?? next }];
  });
  const bounds = [...new Set(closed.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const segments: LabelSegment[] = [];
  const contested = new Set<number>();
  let [overlappingSeconds, first] = [0, 0];
  for (const [b, from] of bounds.entries()) {
    const to = bounds[b + 1];
    if (to === undefined) break;
    while (first < closed.length && closed[first]!.end <= from) first++;
    const active: number[] = [];
    for (let i = first; i < closed.length && closed[i]!.start <= from; i++) if (closed[i]!.end > from) active.push(i);
    const labels = new Set(active.map((i) => closed[i]!.label));
    if (labels.size > 1) {
      for (const i of active) contested.add(i);
      overlappingSeconds += to - from;
    }
    if (labels.size !== 1) continue;
    const [label] = labels as Set<string>;
    const last = segments.at(-1);
    if (last !== undefined && last.end === from && last.label === label)
      segments[segments.length - 1] = { ...last, end: to };
    else segments.push({ label: label!, start: from, end: to });
  }
  return { segments, overlapping: contested.size, overlappingSeconds };
}
