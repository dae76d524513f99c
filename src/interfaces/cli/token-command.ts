import type { Command } from "commander";
import { snakeKeys } from "../../letter-case.ts";
import type { TokenPlaceConfig } from "../../options/resolve-config.ts";
import { resolveOptions } from "../../options/resolve-options.ts";
import {
  tokenCreateOptions,
  tokenOptions,
  tokenPlaceOptions,
  tokenRotateOptions,
} from "../../options/token-options.ts";
import type { CreatedToken, ListedToken } from "../../pipelines/tokens.ts";
import { defineCommand, defineGroup } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import type { Block, Terminal } from "./terminal.ts";

const closing: Closing = {
  examples: [
    "tidemark token create gateway --scope 'ingest:wrist-*' --models models",
    "tidemark token create grafana --scope read --models models",
    "tidemark token rotate gateway --overlap-hours 48 --models models",
    "tidemark token revoke gateway --models models",
  ],
  notes: [
    "A token is shown once; only its hash is stored. As soon as a token exists, every request to the service requires one.",
    "Changes take effect in all running replicas at once, and are recorded in the audit log: audit.jsonl, in the same " +
      "folder as the token file, or the table tidemark.audit of a PostgreSQL store.",
  ],
  exitCodes: [
    [0, "done"],
    [2, "wrong usage"],
    [1, "a defect in Tidemark"],
  ],
};

/** `tidemark token` */
export function tokenCommand(): Command {
  const json = "one line of JSON";
  const create = defineCommand({
    name: "create",
    summary: "create a token, and show it once",
    options: tokenCreateOptions,
    resolve: (given) => resolveOptions(tokenCreateOptions, given),
    json,
    run: async (config, { terminal, json }) => {
      const { createToken } = await import("../../pipelines/tokens.ts");
      await tellTokenPlace(config, terminal);
      const created = await createToken(config, config);
      if (json) terminal.json(snakeKeys(created));
      else terminal.print(...createdTokenLines(created));
    },
  });
  const list = defineCommand({
    name: "list",
    summary: "list the valid tokens, without the secrets",
    options: tokenPlaceOptions,
    resolve: (given) => resolveOptions(tokenPlaceOptions, given),
    json,
    run: async (config, { terminal, json }) => {
      const { listTokens } = await import("../../pipelines/tokens.ts");
      await tellTokenPlace(config, terminal);
      const tokens = await listTokens(config);
      if (json) terminal.json({ tokens: tokens.map((own) => snakeKeys(own)) });
      else terminal.print(...tokenListBlocks(tokens));
    },
  });
  const rotate = defineCommand({
    name: "rotate",
    summary: "give a token a new secret; the old secret stays valid for some hours",
    options: tokenRotateOptions,
    resolve: (given) => resolveOptions(tokenRotateOptions, given),
    json,
    run: async (config, { terminal, json }) => {
      const { rotateToken } = await import("../../pipelines/tokens.ts");
      await tellTokenPlace(config, terminal);
      const created = await rotateToken(config, config);
      if (json) terminal.json(snakeKeys(created));
      else terminal.print(...createdTokenLines(created));
    },
  });
  const revoke = defineCommand({
    name: "revoke",
    summary: "make a token invalid at once",
    options: tokenOptions,
    resolve: (given) => resolveOptions(tokenOptions, given),
    json,
    run: async (config, { terminal, json }) => {
      const { revokeToken } = await import("../../pipelines/tokens.ts");
      await tellTokenPlace(config, terminal);
      const revoked = await revokeToken(config, config.name);
      if (json) terminal.json(revoked);
      else terminal.print(`revoked    ${revoked.name}`);
    },
  });
  return defineGroup({
    name: "token",
    summary: "create, list, rotate or revoke the tokens of the service",
    description:
      "Creates, lists, rotates or revokes the tokens that devices, people and programs use with `tidemark serve`.",
    commands: [create, list, rotate, revoke],
    closing,
  });
}

async function tellTokenPlace(config: TokenPlaceConfig, terminal: Terminal): Promise<void> {
  const { shownAccessPlace } = await import("../../pipelines/access-place.ts");
  terminal.detail(`read       the tokens in ${shownAccessPlace(config)}`);
}

function createdTokenLines({ token, name, scopes }: CreatedToken): string[] {
  return [`token      ${token}`, `${name} may ${scopes.join(", ")}. Store the token now: it cannot be shown again.`];
}

function tokenListBlocks(tokens: readonly ListedToken[]): Block[] {
  if (tokens.length === 0) return ["There is no token."];
  const rows = tokens.map(({ name, project, scopes, createdAt, expiresAt }) => [
    name,
    scopes.join(", "),
    project,
    createdAt.slice(0, 10),
    expiresAt === null ? "" : `until ${expiresAt.slice(0, 16)}`,
  ]);
  return [{ headers: ["token", "scopes", "project", "created", "expires"], rows }];
}
