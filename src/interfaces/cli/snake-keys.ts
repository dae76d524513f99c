// What is printed as JSON has keys in snake_case, as files have; the results of functions have them in camelCase.

type SnakeCase<Key> = Key extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : Key;

export type SnakeKeys<T> = { [Key in keyof T as SnakeCase<Key>]: T[Key] };

/** The object with other keys. What its values hold stays: that may be names of classes, people or channels. */
export function snakeKeys<T extends object>(value: T): SnakeKeys<T> {
  return Object.fromEntries(
    Object.entries(value).map(([key, own]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), own]),
  ) as SnakeKeys<T>;
}
