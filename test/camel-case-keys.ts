// Finds JSON keys in camelCase, which only code should use. Names that users choose may also be in camelCase.

/** Matches `wordWord`, but neither `Ax` nor `KS p-value`. */
export const camelCasePattern: RegExp = /^[a-z][a-z0-9]*[A-Z]/;

/** Returns each camelCase key in a parsed JSON value, with its path. */
export function camelCaseKeys(value: unknown, path = ""): { key: string; path: string }[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, own]) => {
    const place = `${path}.${key}`;
    return [...(camelCasePattern.test(key) ? [{ key, path: place }] : []), ...camelCaseKeys(own, place)];
  });
}
