// Options and fields are camelCase in code, kebab-case on the command line and snake_case in JSON; sentences begin with a
// capital letter.

/** Converts "batch-size" to "batchSize". */
export function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Converts "batchSize" to "batch-size". */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Converts "batchSize" to "batch_size". */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Begins the text with a capital letter. */
export function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

type SnakeCase<Key> = Key extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : Key;

/** `T` with its top-level keys in snake_case; nested keys are unchanged. */
export type SnakeKeys<T> = { [Key in keyof T as SnakeCase<Key>]: T[Key] };

/** The inverse of `snakeKeys`, for an object whose keys are all camelCase in code. */
export function camelKeys<T extends object>(value: SnakeKeys<T>): T {
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [camelCase(key.replaceAll("_", "-")), own])) as T;
}

/**
 * The object with its top-level keys in snake_case. Nested keys are unchanged: they may be names of classes, people or
 * channels.
 */
export function snakeKeys<T extends object>(value: T): SnakeKeys<T> {
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [snakeCase(key), own])) as SnakeKeys<T>;
}
