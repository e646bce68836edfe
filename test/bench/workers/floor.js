/** The least that a durable answer takes: a Durable Object that writes one SQLite row for each message, then answers. */

import { DurableObject } from 'cloudflare:workers';

export class Floor extends DurableObject {
  constructor(state, env) {
    super(state, env);
    state.storage.sql.exec('CREATE TABLE IF NOT EXISTS message (number INTEGER PRIMARY KEY, text TEXT NOT NULL)');
  }

  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, message) {
    this.ctx.storage.sql.exec('INSERT INTO message (text) VALUES (?)', message);
    socket.send(message);
  }
}

export default {
  fetch(request, env) {
    return env.FLOOR.get(env.FLOOR.idFromName('floor')).fetch(request);
  },
};
