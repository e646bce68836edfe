/**
 * Which addresses a guest may call: public ones, over http and https. This looks at what a URL says; what a name
 * resolves to is the business of workerd's network policy.
 */

import ipaddr from 'ipaddr.js';

export interface EgressRules {
  /** Host names of this deployment. They and the names below them are refused. */
  readonly ownHosts: readonly string[];
}

export type Verdict = { readonly allow: true } | { readonly allow: false; readonly reason: string };

const allowed: Verdict = { allow: true };

/** Ports from 1024 up that the fetch standard blocks because other protocols live there. */
const blockedPorts = new Set([1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6679, 6697, 10080]);
for (let port = 6665; port <= 6669; port++) blockedPorts.add(port);

/** Names that never mean a public host. */
const privateSuffixes = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home', 'corp', 'home.arpa'];

/** Judges one URL, as the URL parser normalised it; redirects are to be judged anew. */
export function judge(url: URL, rules: EgressRules): Verdict {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse(`${url.protocol} is not http: or https:`);
  const port = url.port === '' ? null : Number(url.port);
  if (port !== null && port !== 80 && port !== 443 && (port < 1024 || blockedPorts.has(port))) {
    return refuse(`port ${port} is not open to programs`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (ipaddr.isValid(host)) return judgeAddress(host);
  if (!host.includes('.')) return refuse(`${host || 'an empty host'} is not a public host name`);
  if (privateSuffixes.some((suffix) => isBelow(host, suffix))) return refuse(`${host} is not a public host name`);
  if (rules.ownHosts.some((own) => isBelow(host, own))) return refuse(`${host} is this server itself`);
  return allowed;
}

function judgeAddress(host: string): Verdict {
  // `process` turns an IPv4-mapped address into the IPv4 address that it stands for.
  const address = ipaddr.process(host);
  const range = address.range();
  // Of IPv6 only 2000::/3 is given out; the library counts the unassigned rest as unicast.
  const isAssigned = address instanceof ipaddr.IPv4 || address.match(ipaddr.IPv6.parse('2000::'), 3);
  return range === 'unicast' && isAssigned ? allowed : refuse(`${host} is not a public address (${range})`);
}

function isBelow(host: string, suffix: string): boolean {
  return host === suffix || host.endsWith(`.${suffix}`);
}

function refuse(what: string): Verdict {
  return { allow: false, reason: `Network access refused: ${what}.` };
}
