/**
 * Which hosts the guests of one session may call, of those that judge.ts allows anyone: a list of the session's owner.
 * It can only narrow. An entry is a host name or address as URLs write it, `*.example.com` for the names below one, or
 * `*` for all; `:PORT` at its end limits it to that port.
 */

import ipaddr from 'ipaddr.js';

export interface NetworkList {
  /** Not empty: these alone may be called. */
  readonly allow: readonly string[];
  /** These may not be called, even if they are allowed above. */
  readonly deny: readonly string[];
}

export const NETWORK_LIMITS = {
  /** Entries of each of the two lists. */
  hosts: 100,
  /** Requests that one program may make, refused ones included: as many as the platform lets it. */
  programRequests: 1000,
} as const;

/** Nothing is narrowed. */
export const OPEN_LIST: NetworkList = { allow: [], deny: [] };

export class NetworkListError extends Error {
  override readonly name = 'NetworkListError';
}

/** An entry in the one way in which it is stored. Throws `NetworkListError` for what can be none. */
export function parseEntry(text: string): string {
  const [, wildcard = '', rest = '', port = ''] = /^(\*\.)?(.*?)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const isAddress = ipaddr.IPv6.isValid(text);
  const name = isAddress ? `[${text}]` : rest;
  const suffix = isAddress || port === '' ? '' : `:${Number(port)}`;
  if (name === '*' && wildcard === '') return `*${suffix}`;
  const url = URL.canParse(`http://${name}/`) ? new URL(`http://${name}/`) : null;
  const isHost = url !== null && !/[/?#@\\\s]/.test(name) && url.href === `http://${url.hostname}/`;
  const portFits = suffix === '' || (Number(port) >= 1 && Number(port) <= 65_535);
  const host = url === null ? '' : canonicalHost(url);
  if (!isHost || !portFits || host === '' || host.includes('*') || (wildcard !== '' && ipaddr.isValid(host))) {
    throw new NetworkListError(
      `'${text.slice(0, 100)}' is no host: give a name such as example.com, *.example.com or example.com:443, or an address.`,
    );
  }
  return `${wildcard}${host.includes(':') ? `[${host}]` : host}${suffix}`;
}

/** The list with `entries` (see `parseEntry`) on its side `side`, and no more on the other. Throws `NetworkListError`. */
export function withEntries(list: NetworkList, side: 'allow' | 'deny', entries: readonly string[]): NetworkList {
  const rest = withoutEntries(list, entries);
  const changed = { ...rest, [side]: [...rest[side], ...new Set(entries)] };
  if (changed[side].length > NETWORK_LIMITS.hosts) {
    throw new NetworkListError(
      `A list has at most ${NETWORK_LIMITS.hosts} hosts. Use *.example.com for many of one kind.`,
    );
  }
  return changed;
}

export function withoutEntries({ allow, deny }: NetworkList, entries: readonly string[]): NetworkList {
  const isKept = (entry: string): boolean => !entries.includes(entry);
  return { allow: allow.filter(isKept), deny: deny.filter(isKept) };
}

/** Why the list does not let `url` be called; null when it does. */
export function refusalOf(list: NetworkList, url: URL): string | null {
  const host = canonicalHost(url);
  const port = portOf(url);
  const isMeant = (entry: string): boolean => matches(entry, host, port);
  if (list.deny.some(isMeant)) return `${host} is denied to this session`;
  if (list.allow.length > 0 && !list.allow.some(isMeant))
    return `${host} is not among the hosts allowed to this session`;
  return null;
}

/** The host that a URL names, without brackets and trailing dots; an IPv4 address that comes as IPv6 is IPv4. */
export function canonicalHost(url: URL): string {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.+$/, '');
  return ipaddr.isValid(host) ? ipaddr.process(host).toString() : host;
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' || url.protocol === 'wss:' ? 443 : 80;
}

function matches(entry: string, host: string, port: number): boolean {
  const [, name = '', entryPort] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (entryPort !== undefined && Number(entryPort) !== port) return false;
  if (name === '*') return true;
  if (name.startsWith('*.')) return host.endsWith(name.slice(1));
  return host === name.replace(/^\[(.*)\]$/, '$1');
}
