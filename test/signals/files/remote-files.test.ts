// DuckDB downloads its extensions from a server. In these tests, the server is local, has no extensions, and counts requests.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { UserError } from "../../../src/errors.ts";
import type { Reporter } from "../../../src/reporter.ts";
import { type Database, duckdbLiteral, openDuckdb } from "../../../src/signals/files/duckdb.ts";
import { findFiles } from "../../../src/signals/files/find-files.ts";
import { allowRemoteFiles } from "../../../src/signals/files/remote-files.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";

let database: Database;
let log: string[];
const reporter: Reporter = { warn: (message) => log.push(message), event: () => {} };

beforeEach(async () => {
  log = [];
  const server = createServer(({ url }, response) => {
    log.push(`GET ${url}`);
    response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const repository = duckdbLiteral(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  database = await openDuckdb();
  onTestFinished(() => {
    database.close();
    server.closeAllConnections();
    server.close();
  });
  const settings = ["custom_extension_repository", "autoinstall_extension_repository"];
  for (const name of settings) await database.connection.run(`SET ${name} = ${repository}`);
  await database.connection.run(`SET extension_directory = ${duckdbLiteral(join(temporaryDirectory(), "extensions"))}`);
});

it.each(["https://127.0.0.1:9/a.csv", "s3://bucket/a.parquet", "hf://datasets/a/b.csv"])(
  "fetches nothing because a query names %s",
  async (url) => {
    await expect(database.rows(`SELECT * FROM ${duckdbLiteral(url)}`)).rejects.toThrow(/extension/);
    expect(log).toEqual([]);
  },
);

it.each([
  "SELECT * FROM read_xlsx('a.xlsx')",
  "SELECT * FROM sqlite_scan('a.db', 't')",
  "ATTACH 'a.db' (TYPE sqlite)",
  "ATTACH 'ducklake:a.db'",
])("fetches nothing for %s", async (sql) => {
  await expect(database.rows(sql)).rejects.toThrow();
  expect(log).toEqual([]);
});

it("never takes extensions of strangers", async () => {
  await expect(database.rows("SET allow_community_extensions = true")).rejects.toThrow(/Cannot change/);
  await expect(database.rows("SET allow_unsigned_extensions = true")).rejects.toThrow(/Cannot change/);
});

it.each(["https://127.0.0.1:9/a.csv", "S3://bucket/*.parquet"])("says so, then fetches what %s needs", async (url) => {
  const error = await findFiles(database, [url], reporter).catch((reason: unknown) => reason);
  expect(log[0]).toBe(
    `To read ${url}, DuckDB's extension httpfs is downloaded from extensions.duckdb.org into ~/.duckdb.`,
  );
  expect(log[1]).toMatch(/^GET \/.*httpfs\.duckdb_extension/);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toContain(`${url}: DuckDB's extension httpfs could not be fetched: `);
});

it("refuses URLs that it does not know", async () => {
  await expect(allowRemoteFiles(database, "ftp://host/a.csv", reporter)).rejects.toThrow(
    /^ftp:\/\/host\/a\.csv: expected a path/,
  );
  await expect(allowRemoteFiles(database, "constructor://a", reporter)).rejects.toThrow(UserError);
  expect(log).toEqual([]);
});
