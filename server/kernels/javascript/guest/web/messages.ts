/** `Request` and `Response`. */

import { defineGlobals } from '../core/state.ts';
import { AbortSignal } from './abort.ts';
import { Body, branch, type Content, contentOf } from './body.ts';

type Redirect = 'follow' | 'error' | 'manual';

const STANDARD_METHODS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH']);
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);

function methodOf(method: string): string {
  const upper = method.toUpperCase();
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method) || FORBIDDEN_METHODS.has(upper)) {
    throw new TypeError(`'${method}' is not a valid HTTP method.`);
  }
  return STANDARD_METHODS.has(upper) ? upper : method;
}

function urlOf(input: unknown): string {
  let url: URL;
  try {
    url = new URL(`${input}`);
  } catch {
    throw new TypeError(`Failed to parse URL from ${input}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${url}`);
  }
  return url.href;
}

export interface RequestOptions {
  method?: string;
  headers?: ConstructorParameters<typeof Headers>[0];
  body?: unknown;
  redirect?: Redirect;
  signal?: AbortSignal | null;
}

function withType(headers: Headers, type: string | null): Headers {
  if (type !== null && !headers.has('content-type')) headers.set('content-type', type);
  return headers;
}

function requestContent(input: unknown, options: RequestOptions): Content {
  if (options.body !== undefined && options.body !== null) return contentOf(options.body);
  return { source: input instanceof Request ? branch(input) : null, type: null };
}

export class Request extends Body {
  readonly #method: string;
  readonly #url: string;
  readonly #headers: Headers;
  readonly #redirect: Redirect;
  readonly #signal: AbortSignal;

  constructor(input: unknown, options: RequestOptions = {}) {
    const from = input instanceof Request ? input : undefined;
    const { source, type } = requestContent(input, options);
    super(source);
    this.#url = from?.url ?? urlOf(input);
    this.#method = methodOf(options.method ?? from?.method ?? 'GET');
    if (source !== null && (this.#method === 'GET' || this.#method === 'HEAD')) {
      throw new TypeError('Request with GET/HEAD method cannot have body.');
    }
    this.#headers = withType(new Headers(options.headers ?? from?.headers), type);
    this.#redirect = options.redirect ?? from?.redirect ?? 'follow';
    const signal = options.signal === undefined ? from?.signal : options.signal;
    this.#signal = AbortSignal.any(signal ? [signal] : []);
  }

  get method(): string {
    return this.#method;
  }
  get url(): string {
    return this.#url;
  }
  override get headers(): Headers {
    return this.#headers;
  }
  get redirect(): Redirect {
    return this.#redirect;
  }
  get signal(): AbortSignal {
    return this.#signal;
  }

  clone(): Request {
    return new Request(this);
  }
}

export interface ResponseOptions {
  status?: number;
  statusText?: string;
  headers?: ConstructorParameters<typeof Headers>[0];
}

/** What only `fetch` can set. */
interface Arrival {
  readonly url: string;
  readonly redirected: boolean;
}

const EMPTY_STATUS = new Set([101, 204, 205, 304]);

export class Response extends Body {
  readonly #status: number;
  readonly #statusText: string;
  readonly #headers: Headers;
  #arrival: Arrival = { url: '', redirected: false };
  #type: 'default' | 'basic' | 'error' = 'default';

  constructor(body?: unknown, options: ResponseOptions = {}) {
    const { source, type } = contentOf(body);
    super(source);
    this.#status = options.status ?? 200;
    if (!Number.isInteger(this.#status) || this.#status < 200 || this.#status > 599) {
      throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
    }
    if (source !== null && EMPTY_STATUS.has(this.#status)) {
      throw new TypeError(`Response constructor: Invalid response status code ${this.#status}`);
    }
    this.#statusText = options.statusText ?? '';
    this.#headers = withType(new Headers(options.headers), type);
  }

  get status(): number {
    return this.#status;
  }
  get statusText(): string {
    return this.#statusText;
  }
  get ok(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }
  override get headers(): Headers {
    return this.#headers;
  }
  get url(): string {
    return this.#arrival.url;
  }
  get redirected(): boolean {
    return this.#arrival.redirected;
  }
  get type(): string {
    return this.#type;
  }

  clone(): Response {
    const { status, statusText, headers } = this;
    const copy = new Response(branch(this), { status, statusText, headers });
    copy.#arrival = this.#arrival;
    copy.#type = this.#type;
    return copy;
  }

  static json(data: unknown, options: ResponseOptions = {}): Response {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('The data is not JSON serializable');
    const headers = withType(new Headers(options.headers), 'application/json');
    return new Response(text, { ...options, headers });
  }

  static redirect(url: unknown, status = 302): Response {
    if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError(`Invalid status code ${status}`);
    return new Response(null, { status, headers: { location: new URL(`${url}`).href } });
  }

  static error(): Response {
    const response = new Response(null, { status: 599 });
    response.#type = 'error';
    return response;
  }

  static arrive(response: Response, arrival: Arrival): Response {
    response.#arrival = arrival;
    response.#type = 'basic';
    return response;
  }
}

export const { arrive } = Response;
Reflect.deleteProperty(Response, 'arrive');

defineGlobals({ Request, Response });
