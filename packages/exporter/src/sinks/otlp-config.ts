export interface OtlpOptions {
  /** The full URL that traces are posted to; default `OTEL_EXPORTER_OTLP_ENDPOINT` + `/v1/traces`. */
  readonly url?: string | undefined;
  /** Headers of each request, or what gives them: asked at every export, so that tokens may rotate. */
  readonly headers?: Headers | (() => Headers | Promise<Headers>) | undefined;
  /** Default `http/protobuf`. */
  readonly protocol?: Protocol | undefined;
  /** Default `none`. */
  readonly compression?: Compression | undefined;
}

type Headers = Readonly<Record<string, string>>;
type Protocol = "http/protobuf" | "http/json";
type Compression = "gzip" | "none";

/** The options with what the environment and the defaults say where they are silent. */
export interface OtlpConfig {
  readonly url: URL;
  /** Whether nobody chose the endpoint. */
  readonly isDefault: boolean;
  readonly headers: () => Promise<Headers>;
  readonly protocol: Protocol;
  readonly compression: Compression;
  /** Files in PEM. */
  readonly certificates: Readonly<Record<"ca" | "cert" | "key", string | undefined>>;
}

/** Where a collector listens when nobody says otherwise. */
export const DEFAULT_ENDPOINT = "http://localhost:4318";

const PROTOCOLS: readonly string[] = ["http/protobuf", "http/json"] satisfies Protocol[];
const COMPRESSIONS: readonly string[] = ["gzip", "none"] satisfies Compression[];

/**
 * Joins options, environment and defaults. A wrong option is the programmer's and throws; a wrong variable is reported and
 * passed over, as it must not stop a function that worked.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function otlpConfig(options: OtlpOptions, env: NodeJS.ProcessEnv = process.env): OtlpConfig {
  const variable = (name: string) =>
    env[`OTEL_EXPORTER_OTLP_TRACES_${name}`]?.trim() ||
    env[`OTEL_EXPORTER_OTLP_${name}`]?.trim() ||
    undefined;
  checkOptions(options);
  const url = optionUrl(options.url) ?? endpoint(env);
  const { headers } = options;
  const configured = {
    ...parseHeaders(env.OTEL_EXPORTER_OTLP_HEADERS),
    ...parseHeaders(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS),
  };
  return {
    url: url ?? new URL("/v1/traces", DEFAULT_ENDPOINT),
    isDefault: url === undefined,
    headers: async () => ({ ...configured, ...(typeof headers === "function" ? await headers() : headers) }),
    protocol: (oneOf(PROTOCOLS, "protocol", options.protocol, variable("PROTOCOL")) ??
      "http/protobuf") as Protocol,
    compression: (oneOf(COMPRESSIONS, "compression", options.compression, variable("COMPRESSION")) ??
      "none") as Compression,
    certificates: {
      ca: variable("CERTIFICATE"),
      cert: variable("CLIENT_CERTIFICATE"),
      key: variable("CLIENT_KEY"),
    },
  };
}

const KEYS = ["url", "headers", "protocol", "compression"];

function checkOptions(options: unknown): void {
  if (typeof options !== "object" || options === null)
    throw new TypeError("otlp(): expected an object of options, such as { url }");
  const unknown = Object.keys(options).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw new TypeError(`otlp({ ${unknown} }): no such option; there are ${KEYS.join(", ")}`);
  const { headers } = options as OtlpOptions;
  if (headers === undefined || typeof headers === "function") return;
  if (typeof headers !== "object" || headers === null || Array.isArray(headers))
    throw new TypeError(
      'otlp({ headers }): expected an object, such as { "api-key": "…" }, or a function that gives one',
    );
}

function optionUrl(url: string | undefined): URL | undefined {
  if (url === undefined) return undefined;
  if (!isHttp(url)) throw new TypeError(`otlp({ url: "${url}" }): expected an http or https URL`);
  return new URL(url);
}

/** A signal's own endpoint is used as it is; the general one gets the signal's path. */
function endpoint(env: NodeJS.ProcessEnv): URL | undefined {
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim();
  if (own && isHttp(own)) return new URL(own);
  const general = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim();
  for (const value of [own, general]) {
    if (value && !isHttp(value))
      console.warn(`Throughline: the OTLP endpoint "${value}" is no http or https URL`);
  }
  if (!general || !isHttp(general)) return undefined;
  const url = new URL(general);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/traces`;
  return url;
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function oneOf(
  known: readonly string[],
  name: string,
  option: string | undefined,
  variable: string | undefined,
) {
  const expected = known.map((value) => `"${value}"`).join(" or ");
  if (option !== undefined) {
    if (known.includes(option)) return option;
    throw new TypeError(`otlp({ ${name}: "${option}" }): expected ${expected}`);
  }
  if (variable === undefined || known.includes(variable)) return variable;
  console.warn(`Throughline: the OTLP ${name} "${variable}" is not supported; expected ${expected}`);
  return undefined;
}

/** `key=value,key=value`, values percent-encoded as in W3C baggage; a malformed pair is left out. */
function parseHeaders(list = ""): Headers {
  const headers: Record<string, string> = {};
  for (const pair of list.split(",")) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (name === "") continue;
    try {
      headers[name] = decodeURIComponent(pair.slice(equals + 1).trim());
    } catch {
      console.warn(`Throughline: the OTLP header "${name}" is not percent-encoded as it should be`);
    }
  }
  return headers;
}
