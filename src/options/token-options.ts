// Options of `token`.
import type { TokenConfig, TokenCreateConfig, TokenPlaceConfig, TokenRotateConfig } from "./config-types.ts";
import { numberOption, type Option, type OptionsOf, optionGroup, textOption, textsOption } from "./option.ts";
import { modelsFolder, serveStore, tokensFile } from "./serve-options.ts";

const name: Option<string> = textOption({
  value: "name",
  argument: true,
  required: true,
  affects: "run",
  expected: "the name of a token",
  doc: "the token's name",
});

/** Options of `token list`: where tokens are stored. */
export const tokenPlaceOptions: OptionsOf<TokenPlaceConfig> = optionGroup("Where (as for serve):", {
  models: { ...modelsFolder, presence: "optional" },
  store: serveStore,
  tokens: tokensFile,
});

/** Options of `token revoke`. */
export const tokenOptions: OptionsOf<TokenConfig> = { name, ...tokenPlaceOptions };

/** Options of `token create`. */
export const tokenCreateOptions: OptionsOf<TokenCreateConfig> = {
  name,
  scope: textsOption({
    value: "scope",
    many: "repeated",
    required: true,
    affects: "run",
    expected: "a scope such as ingest:wrist-*, read or admin",
    doc: "what the token allows: ingest, ingest:PATTERN, read, read:PATTERN or admin; PATTERN matches stream names; repeatable",
  }),
  project: textOption({
    value: "name",
    affects: "run",
    default: "default",
    expected: "the name of a project",
    doc: "project whose streams the token can access; a project other than default needs --store",
  }),
  ...tokenPlaceOptions,
};

/** Options of `token rotate`. */
export const tokenRotateOptions: OptionsOf<TokenRotateConfig> = {
  name,
  overlapHours: numberOption({
    value: "h",
    expected: "a number of hours from 0 to 8760",
    from: 0,
    to: 8760,
    default: 24,
    affects: "run",
    doc: "hours for which the old secret stays valid",
  }),
  ...tokenPlaceOptions,
};
