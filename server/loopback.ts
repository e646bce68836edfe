/** The Worker's own entrypoints, bound to itself by the platform (`ctx.exports`). */

export interface HasExports {
  readonly exports: object;
}

type OwnEntrypoint = 'Runner' | 'EgressGateway' | 'PreviewGuestHost' | 'PreviewGateway';

/** The named class that worker.ts exports, as a service; `props` are its `ctx.props`. Throws if it does not. */
export function entrypoint(context: HasExports, name: OwnEntrypoint, props: object = {}): Fetcher {
  const open: unknown = Reflect.get(context.exports, name);
  const service: unknown = typeof open === 'function' ? open({ props }) : null;
  if (!isService(service)) throw new Error(`worker.ts does not export ${name}.`);
  return service;
}

function isService(value: unknown): value is Fetcher {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && 'fetch' in value;
}
