/** The Worker: authenticate, then route. */

import { Hono } from 'hono';
import { ProtocolError } from '../protocol/errors.ts';
import { isName } from '../protocol/names.ts';
import { authenticate, type Identity } from './auth/token.ts';
import type { Env } from './env.ts';
import { mayBeginSession } from './http/beginnings.ts';
import { errorResponse, failureResponse } from './http/errors.ts';
import { readFork } from './http/fork.ts';
import { checkOrigin } from './http/origin.ts';
import { previewLabel } from './previews/address.ts';
import { servePreview } from './previews/serve.ts';
import { readSessionFilesRequest, SESSION_FILES_PATH } from './previews/session-files.ts';
import { IDENTITY_HEADER } from './sandbox.ts';

export { Account } from './account.ts';
export { EgressGateway } from './egress/gateway.ts';
export { PreviewGateway, PreviewGuestHost } from './previews/guest-host.ts';
export { Preview } from './previews/preview-object.ts';
export { Runner } from './programs/runner.ts';
export { Sandbox } from './sandbox.ts';

type App = { Bindings: Env; Variables: { identity: Identity } };

const app = new Hono<App>();

app.onError(failureResponse);
app.notFound((c) =>
  errorResponse(new ProtocolError('NOT_FOUND', `There is nothing at ${c.req.method} ${c.req.path}.`)),
);

app.use(async (c, next) => {
  checkOrigin(c.req.raw, c.env.OWN_HOSTS?.split(','));
  await next();
});

app.all(`${SESSION_FILES_PATH}*`, (c) => {
  const asked = readSessionFilesRequest(c.req.raw);
  if (asked === null) return c.notFound();
  try {
    return c.env.SANDBOX.get(c.env.SANDBOX.idFromString(asked.object)).fetch(c.req.raw);
  } catch {
    return c.notFound();
  }
});

app.use('/v1/*', async (c, next) => {
  c.set('identity', await authenticate(c.req.raw, c.env.TOKEN_SECRET));
  await next();
});

app.get('/v1/sessions', async (c) => {
  const { user } = c.get('identity');
  return c.json({ sessions: await account(c.env, user).list() });
});

app.delete('/v1/sessions/:session', async (c) => {
  const { user, role } = c.get('identity');
  const session = sessionName(c.req.param('session'));
  if (role !== 'owner') throw new ProtocolError('FORBIDDEN', 'Only the owner may remove a session.');
  const sessions = account(c.env, user);
  if (!(await sessions.has(session))) throw new ProtocolError('NOT_FOUND', `There is no session ${session}.`);
  const destroy = () => sandbox(c.env, user, session).destroy();
  // What runs there may bring its object down on the way; nothing runs in the one that is opened next.
  await destroy().catch(destroy);
  await sandbox(c.env, user, session)
    .restart()
    .catch(() => undefined);
  await sessions.remove(session);
  return c.body(null, 204);
});

app.post('/v1/sessions/:session/fork', async (c) => {
  const { user, role } = c.get('identity');
  if (role === 'reader') throw new ProtocolError('READ_ONLY', 'This token may only look.');
  const source = sessionName(c.req.param('session'));
  const { to, at } = await readFork(c.req.raw);
  const sessions = account(c.env, user);
  if (!(await sessions.has(source))) throw new ProtocolError('NOT_FOUND', `There is no session ${source}.`);
  if (await sessions.has(to))
    throw new ProtocolError('CONFLICT', `There is a session ${to} already. Choose another name.`);
  const origin = sandbox(c.env, user, source);
  if (at !== null && !(await origin.keeps(at))) {
    throw new ProtocolError('NOT_FOUND', `Revision ${at} of ${source} is not kept (any more). See its history.`);
  }
  const stream = await origin.exportFork(at);
  await sandbox(c.env, user, to).importFork(user, to, stream, `Forked from session ${source}.`);
  return c.json({ session: to });
});

app.all('/v1/sessions/:session/*', async (c) => {
  const identity = c.get('identity');
  const session = sessionName(c.req.param('session'));
  if (!(await mayBeginSession(c.req.raw, identity.role)) && !(await account(c.env, identity.user).has(session))) {
    throw new ProtocolError('NOT_FOUND', `There is no session ${session}. An input, a program or a file begins one.`);
  }
  const request = new Request(c.req.raw);
  request.headers.delete('authorization');
  request.headers.set(IDENTITY_HEADER, JSON.stringify({ ...identity, session }));
  return sandbox(c.env, identity.user, session).fetch(request);
});

function sessionName(name: string): string {
  if (isName(name)) return name;
  throw new ProtocolError('BAD_REQUEST', 'Session names are 1 to 64 letters, digits, dots, underscores and hyphens.');
}

function sandbox(env: Env, user: string, session: string) {
  return env.SANDBOX.get(env.SANDBOX.idFromName(JSON.stringify([user, session])));
}

function account(env: Env, user: string) {
  return env.ACCOUNT.get(env.ACCOUNT.idFromName(user));
}

export default {
  fetch(request, env, context) {
    const url = new URL(request.url);
    const label = previewLabel(url, env.PREVIEW_DOMAIN);
    return label === null ? app.fetch(request, env, context) : servePreview(request, url, label, env, context);
  },
} satisfies ExportedHandler<Env>;
