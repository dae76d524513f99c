/** Returns about `most` whole epochs to mark on an axis from 1 to `last`. */
export function epochTicks(last: number, most: number): number[] {
  const step = Math.ceil(last / most);
  return Array.from({ length: last }, (_, i) => i + 1).filter((epoch) => epoch === 1 || epoch % step === 0);
}
