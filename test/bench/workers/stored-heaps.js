/** Opens the store of a session whose server has ended, and tells the sizes of the heaps in it. */

import { DurableObject } from 'cloudflare:workers';

export class Sandbox extends DurableObject {
  fetch() {
    const rows = this.ctx.storage.sql.exec(
      `SELECT base IS NULL AS isKeyframe,
              length(bytes) + coalesce((SELECT sum(length(bytes)) FROM heap_part WHERE heap = heap.id), 0) AS bytes
       FROM heap ORDER BY id`,
    );
    return Response.json([...rows]);
  }
}

export default {
  fetch(request, env) {
    return env.SANDBOX.get(env.SANDBOX.idFromName(new URL(request.url).searchParams.get('object'))).fetch(request);
  },
};
