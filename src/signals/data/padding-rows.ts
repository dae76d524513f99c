// Rows with which a shorter sensor's columns are padded.

/** Finds rows that have neither a time nor a value; null if there are none. */
export function selectPaddingRows(
  channels: readonly Float32Array[],
  time: Float64Array,
): { readonly is: Uint8Array; readonly count: number } | null {
  let is: Uint8Array | null = null;
  let count = 0;
  for (let i = 0; i < time.length; i++) {
    if (!Number.isNaN(time[i]!) || channels.some((values) => !Number.isNaN(values[i]!))) continue;
    is ??= new Uint8Array(time.length);
    is[i] = 1;
    count++;
  }
  return is === null ? null : { is, count };
}
