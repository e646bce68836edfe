/**
 * Which addresses a guest may call: public ones, over http and https, as far as its session's list lets it. This looks
 * at what a URL says; what a name resolves to is the business of workerd's network policy.
 */

import ipaddr from 'ipaddr.js';
import { canonicalHost, type NetworkList, portOf, refusalOf } from './network-list.ts';

export interface EgressRules {
  /** Host names of this deployment. They and the names below them are refused. */
  readonly ownHosts: readonly string[];
  /** Of the session; it can take away, and give nothing. */
  readonly list: NetworkList;
}

export type Verdict = { readonly allow: true } | { readonly allow: false; readonly reason: string };

const allowed: Verdict = { allow: true };

/** Ports from 1024 up that the fetch standard blocks because other protocols live there. */
const blockedPorts = new Set([1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6679, 6697, 10080]);
for (let port = 6665; port <= 6669; port++) blockedPorts.add(port);

/** Names that never mean a public host. */
const privateSuffixes = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home', 'corp', 'home.arpa'];

/** Of a name in the DNS. */
const maxHostLength = 253;

/** Judges one URL, as the URL parser normalised it; redirects are to be judged anew. */
export function judge(url: URL, rules: EgressRules): Verdict {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse(`${url.protocol} is not http: or https:`);
  const port = portOf(url);
  if (port !== 80 && port !== 443 && (port < 1024 || blockedPorts.has(port))) {
    return refuse(`port ${port} is not open to guests`);
  }
  const host = canonicalHost(url);
  if (host.length > maxHostLength) return refuse('a host name has at most 253 characters');
  const refusal =
    (ipaddr.isValid(host) ? addressRefusal(host) : nameRefusal(host)) ??
    (rules.ownHosts.some((own) => isBelow(host, own)) ? `${host} is this server itself` : null) ??
    refusalOf(rules.list, url);
  return refusal === null ? allowed : refuse(refusal);
}

function addressRefusal(host: string): string | null {
  const address = ipaddr.parse(host);
  const range = address.range();
  // Of IPv6 only 2000::/3 is given out; the library counts the unassigned rest as unicast.
  const isAssigned = address instanceof ipaddr.IPv4 || address.match(ipaddr.IPv6.parse('2000::'), 3);
  return range === 'unicast' && isAssigned ? null : `${host} is not a public address (${range})`;
}

function nameRefusal(host: string): string | null {
  if (!host.includes('.')) return `${host || 'an empty host'} is not a public host name`;
  return privateSuffixes.some((suffix) => isBelow(host, suffix)) ? `${host} is not a public host name` : null;
}

function isBelow(host: string, suffix: string): boolean {
  return host === suffix || host.endsWith(`.${suffix}`);
}

function refuse(what: string): Verdict {
  return { allow: false, reason: `Network access refused: ${what}.` };
}
