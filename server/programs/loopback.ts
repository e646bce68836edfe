/** The Worker's own entrypoints, bound to itself by the platform (`ctx.exports`). */

interface HasExports {
  readonly exports: object;
}

/** The named class that worker.ts exports, as a service. Throws if it does not. */
export function entrypoint(context: HasExports, name: 'Runner' | 'EgressGateway'): Fetcher {
  const service: unknown = Reflect.get(context.exports, name);
  if (!isService(service)) throw new Error(`worker.ts does not export ${name}.`);
  return service;
}

function isService(value: unknown): value is Fetcher {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && 'fetch' in value;
}
