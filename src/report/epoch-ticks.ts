/** Returns about `most` whole epochs between 1 and `last`, as tick marks for an axis. */
export function epochTicks(last: number, most: number): number[] {
  const step = Math.ceil(last / most);
  return Array.from({ length: last }, (_, i) => i + 1).filter((epoch) => epoch === 1 || epoch % step === 0);
}
