/** Passes each request on to an isolate with page.js: the least that the platform takes for serving code of somebody else. */

import page from './page.js.txt';

const code = () => ({
  compatibilityDate: '2026-04-01',
  mainModule: 'page.js',
  modules: { 'page.js': page },
  globalOutbound: null,
});

export default {
  fetch(request, env) {
    return env.LOADER.get('page', code).getEntrypoint().fetch(request);
  },
};
