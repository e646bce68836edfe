/** A preview's own Durable Object classes, as the bindings that Workers have for them. */

const header = 'x-spawnpoint-object';

/** The binding of one class. Its objects are the host's to find: this side only names them. */
export function namespaceOf(host, className) {
  const stub = (id) =>
    new Proxy(
      { id, name: id.name },
      {
        get(target, property) {
          if (property in target || typeof property !== 'string' || property === 'then') return target[property];
          if (property === 'fetch')
            return (input, init) => host.fetch(addressed(className, id, new Request(input, init)));
          return (...args) => host.call(className, `${id}`, property, args);
        },
      },
    );
  return {
    idFromName: (name) => idOf(`${name}`),
    idFromString: (text) => idOf(`${text}`),
    newUniqueId: () => idOf(crypto.randomUUID()),
    get: (id) => stub(id),
    getByName: (name) => stub(idOf(`${name}`)),
  };
}

function idOf(name) {
  return { name, toString: () => name, equals: (other) => `${other}` === name };
}

function addressed(className, id, request) {
  const headers = new Headers(request.headers);
  headers.set(header, `${className}/${encodeURIComponent(`${id}`)}`);
  return new Request(request, { headers });
}
