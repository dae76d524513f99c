// Alert targets. Each target has one address, which also determines the format of its messages. Webhook paths and passwords are
// secrets, so targets are shown and stored without them.
//
//   https://host/path                      webhook; the form follows from the host, or from ?format=plain|slack|pagerduty
//   alertmanager+http://host:9093          Alertmanager's v2 API
//   smtp://user:password@host/?to=a@b      e-mail; smtps:// for TLS from the first byte
//   env:NAME                               any of these, in an environment variable

import { hostname } from "node:os";
import { UserError } from "../errors.ts";
import { sha256Bytes } from "../storage/hash.ts";

interface AnyTarget {
  /** Identifies the target without revealing its secrets; stays the same if only a password changes. */
  readonly id: string;
  /** Description for human readers, without secrets. */
  readonly shown: string;
}

interface AnyWebTarget extends AnyTarget {
  readonly url: string;
  /** Value of the `Authorization` header. */
  readonly authorization: string | undefined;
}

export interface PlainTarget extends AnyWebTarget {
  readonly form: "plain";
  /** Keys that sign messages; several while a key is being replaced. */
  readonly keys: readonly Buffer[];
}

interface SlackTarget extends AnyWebTarget {
  readonly form: "slack";
}

interface PagerdutyTarget extends AnyWebTarget {
  readonly form: "pagerduty";
  /** PagerDuty's key for the service. */
  readonly routingKey: string;
}

export interface AlertmanagerTarget extends AnyWebTarget {
  readonly form: "alertmanager";
  /** Hours after which Alertmanager resolves an alert that has not been resent. */
  readonly holdHours: number;
}

export type WebTarget = PlainTarget | SlackTarget | PagerdutyTarget | AlertmanagerTarget;

export interface MailTarget extends AnyTarget {
  readonly form: "mail";
  readonly host: string;
  readonly port: number;
  /** Whether the connection uses TLS from the start, instead of upgrading with STARTTLS. */
  readonly secure: boolean;
  /** Whether a connection without TLS is refused. */
  readonly requireTls: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
}

export type AlertTarget = WebTarget | MailTarget;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Default of `holdHours`: long enough that a stream that is checked on weekdays stays in alarm over a weekend; an arbitrary
 * choice.
 */
const defaultHoldHours = 72;
const forms = ["plain", "slack", "pagerduty"] as const;
const secretVariable = "TIDEMARK_WEBHOOK_SECRET";
const pagerdutyVariable = "TIDEMARK_PAGERDUTY_ROUTING_KEY";

const expected =
  "expected https://..., smtp://user:password@host/?to=..., alertmanager+http://host:9093, or env:NAME for an address in an " +
  "environment variable";

/** @throws UserError if the target is invalid; the message does not quote the address, which may contain secrets */
export function alertTarget(written: string, environment: Environment = process.env): AlertTarget {
  const name = written.startsWith("env:") ? written.slice("env:".length) : undefined;
  if (name === undefined) return targetOfAddress(written, "--alert", environment);
  const value = environment[name] ?? "";
  if (value !== "") return targetOfAddress(value, `--alert env:${name}`, environment);
  throw new UserError(`--alert env:${name}: expected an address in this environment variable, which is not set`);
}

/** Targets without repetitions. */
export function alertTargets(written: readonly string[], environment?: Environment): AlertTarget[] {
  const byId = new Map(written.map((one) => alertTarget(one, environment)).map((target) => [target.id, target]));
  return [...byId.values()];
}

function targetOfAddress(address: string, where: string, environment: Environment): AlertTarget {
  const isOverHttp = /^alertmanager\+https?:/i.test(address);
  const text = isOverHttp ? address.slice("alertmanager+".length) : address;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === "" || !/^(https?|smtps?):$/.test(url.protocol)) {
    const scheme = /^[a-z][\w+.-]*:/i.exec(address)?.[0];
    throw new UserError(
      `${where}: ${expected}; got ${scheme === undefined ? "no URL" : `an address that begins with ${scheme}`}`,
    );
  }
  if (url.protocol.startsWith("smtp")) return mailTarget(url, where);
  return webTarget(url, isOverHttp, where, environment);
}

function webTarget(url: URL, isAlertmanager: boolean, where: string, environment: Environment): WebTarget {
  const form = isAlertmanager ? "alertmanager" : formOfAlertTarget(url, where);
  const take = (name: string): string | undefined => {
    const value = url.searchParams.get(name) ?? undefined;
    url.searchParams.delete(name);
    return value;
  };
  take("format");
  const authorization =
    url.username === ""
      ? undefined
      : `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString("base64")}`;
  url.username = "";
  url.password = "";
  // The URL is complete only after its parameters have been taken and its path has been set.
  const common = (routingKey = ""): AnyWebTarget => {
    const id = targetId([form, url.href, routingKey]);
    const shown = `${form} ${url.protocol}//${url.host} (${id.slice(0, 6)})`;
    return { id, shown, url: url.href, authorization };
  };
  switch (form) {
    case "plain":
      return { ...common(), form, keys: alertTargetKeys(environment[secretVariable] ?? "") };
    case "slack":
      return { ...common(), form };
    case "pagerduty": {
      const routingKey = take("routing_key") ?? environment[pagerdutyVariable];
      if (routingKey === undefined || routingKey === "") {
        throw new UserError(
          `${where}: expected PagerDuty's routing key in ${pagerdutyVariable} or as ?routing_key=..., got none`,
        );
      }
      if (url.pathname === "/") url.pathname = "/v2/enqueue";
      return { ...common(routingKey), form, routingKey };
    }
    case "alertmanager": {
      const hours = take("hold_hours");
      const holdHours = hours === undefined ? defaultHoldHours : Number(hours);
      if (!(holdHours > 0 && holdHours <= 24 * 365))
        throw new UserError(`${where}: expected hold_hours greater than 0, at most 8760, got ${JSON.stringify(hours)}`);
      url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v2/alerts`;
      return { ...common(), form, holdHours };
    }
    default:
      throw new TypeError(`webTarget: unknown form ${form satisfies never}`);
  }
}

function formOfAlertTarget(url: URL, where: string): WebTarget["form"] {
  const given = url.searchParams.get("format");
  const form = forms.find((own) => own === given);
  if (form !== undefined) return form;
  if (given !== null)
    throw new UserError(`${where}: expected ?format= to be one of ${forms.join(", ")}, got ${JSON.stringify(given)}`);
  if (/^hooks\.slack(-gov)?\.com$/.test(url.hostname)) return "slack";
  return /^events\.([a-z]+\.)?pagerduty\.com$/.test(url.hostname) ? "pagerduty" : "plain";
}

/** Parses secrets in the Standard Webhooks format, separated by spaces. */
function alertTargetKeys(secrets: string): Buffer[] {
  return secrets
    .split(/\s+/)
    .filter((secret) => secret !== "")
    .map((secret) => {
      const encoded = secret.replace(/^whsec_/, "");
      const key = Buffer.from(encoded, "base64");
      if (/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) && key.length >= 16) return key;
      throw new UserError(
        `${secretVariable}: expected whsec_ and at least 16 random bytes in base64, got ${secret.length} characters of another form`,
        { advice: `Make one: echo "whsec_$(openssl rand -base64 32)"` },
      );
    });
}

function mailTarget(url: URL, where: string): MailTarget {
  const secure = url.protocol === "smtps:";
  const to = url.searchParams.getAll("to").flatMap((list) => list.split(",").map((one) => one.trim()));
  if (to.length === 0 || to.some((one) => !/^[^\s@<>]+@[^\s@<>]+$/.test(one)))
    throw new UserError(`${where}: expected recipients, such as ?to=ana@example.org,bo@example.org`);
  const user = url.username === "" ? undefined : decodeURIComponent(url.username);
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  const id = targetId(["mail", url.protocol, url.host, ...to]);
  return {
    id,
    shown: `mail ${url.protocol}//${url.host} to ${to.join(", ")}`,
    form: "mail",
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTls: user !== undefined && !isLoopback,
    user,
    password: url.password === "" ? undefined : decodeURIComponent(url.password),
    from: url.searchParams.get("from") ?? (user?.includes("@") ? user : `tidemark@${hostname()}`),
    to,
  };
}

function targetId(parts: readonly string[]): string {
  return sha256Bytes(JSON.stringify(parts)).slice("sha256:".length).slice(0, 24);
}
