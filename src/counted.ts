/** A count and its noun: "1 person", "1,402,573 rows". The plural ends in s where none is given. */
export function counted(n: number, one: string, many: string = `${one}s`): string {
  return `${Math.round(n).toLocaleString("en-US")} ${n === 1 ? one : many}`;
}
