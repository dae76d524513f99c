// Resolves the options of the commands that list, show or change streams.

import type {
  CompactConfig,
  StreamConfig,
  StreamsChangeConfig,
  StreamsEraseConfig,
  StreamsListConfig,
  StreamsRenameConfig,
  StreamsShowConfig,
} from "./config-types.ts";
import { compactOptions, streamOptions } from "./folder-options.ts";
import { resolveOptions } from "./resolve-options.ts";
import {
  streamsChangeOptions,
  streamsEraseOptions,
  streamsListOptions,
  streamsRenameOptions,
  streamsShowOptions,
} from "./streams-options.ts";

/**
 * Validates and completes the options of `compactLedger`.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveCompactConfig(options: unknown): CompactConfig {
  return resolveOptions(compactOptions, options);
}

/**
 * Validates and completes the options that select a stream.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveStreamConfig(options: unknown): StreamConfig {
  return resolveOptions(streamOptions, options);
}

/**
 * Validates and completes the options of `listStreams`.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveStreamsListConfig(options: unknown): StreamsListConfig {
  return resolveOptions(streamsListOptions, options);
}

/**
 * Validates and completes the options of `showStream`.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveStreamsShowConfig(options: unknown): StreamsShowConfig {
  return resolveOptions(streamsShowOptions, options);
}

/**
 * Validates and completes the options of `renameStream`.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveStreamsRenameConfig(options: unknown): StreamsRenameConfig {
  return resolveOptions(streamsRenameOptions, options);
}

/**
 * Validates and completes the options of `retireStream`.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveStreamsChangeConfig(options: unknown): StreamsChangeConfig {
  return resolveOptions(streamsChangeOptions, options);
}

/**
 * Validates and completes the options of `eraseStream`.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveStreamsEraseConfig(options: unknown): StreamsEraseConfig {
  return resolveOptions(streamsEraseOptions, options);
}
