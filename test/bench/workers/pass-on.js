/** Passes each request on to an isolate with other code: the least that the platform takes for serving code of somebody else. */

export default {
  fetch(request, env) {
    const code = () => ({
      compatibilityDate: '2026-04-01',
      mainModule: 'guest.js',
      modules: { 'guest.js': env.GUEST },
      globalOutbound: null,
    });
    return env.LOADER.get('guest', code).getEntrypoint().fetch(request);
  },
};
