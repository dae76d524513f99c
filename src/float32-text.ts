/** Writes a number that was stored as float32 with the six digits that are certain: 19.6 instead of 19.600000381469727. */
export function float32Text(value: number): string {
  return `${Number(value.toPrecision(6))}`;
}
