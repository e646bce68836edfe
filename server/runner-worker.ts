/** The Worker of the embedded server's runner: of what the Worker does deployed, the programs and previews. */

import { ProtocolError } from '../protocol/errors.ts';
import { errorResponse, failureResponse } from './http/errors.ts';
import { checkOrigin } from './http/origin.ts';
import { previewLabel } from './previews/address.ts';
import { servePreview } from './previews/serve.ts';
import { handleRunner, type RunnerEnv } from './programs/runner.ts';

export { EgressGateway } from './egress/gateway.ts';
export { PreviewGateway, PreviewGuestHost } from './previews/guest-host.ts';
export { Preview } from './previews/preview-object.ts';

export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    const label = previewLabel(url, env.PREVIEW_DOMAIN);
    if (label !== null) return servePreview(request, url, label, env, context);
    try {
      checkOrigin(request, env.OWN_HOSTS?.split(','));
      if (url.pathname.startsWith('/v1/runner/')) return await handleRunner(request, env, context);
      return errorResponse(new ProtocolError('NOT_FOUND', `There is nothing at ${request.method} ${url.pathname}.`));
    } catch (error) {
      return failureResponse(error);
    }
  },
} satisfies ExportedHandler<RunnerEnv>;
