/** A preview of plain files: answers with what lies at the path, as web servers do. */

const notFound = { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } };

/** `files`: bytes, media type and version by path. `index`: the file at `/`. */
export function filesHandler(files, index) {
  return {
    fetch(request) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return new Response('These are files: they can only be read.\n', {
          status: 405,
          headers: { allow: 'GET, HEAD' },
        });
      }
      const url = new URL(request.url);
      const path = pathOf(url);
      const found = path === null ? null : find(files, path, index);
      if (found === null) return new Response(`There is no file ${url.pathname} in this preview.\n`, notFound);
      if (found === 'directory') {
        url.pathname += '/';
        return Response.redirect(url, 307);
      }
      const [bytes, type, version] = found;
      const headers = { 'content-type': type, etag: `"${version}"`, 'cache-control': 'no-cache' };
      const known = (request.headers.get('if-none-match') ?? '')
        .split(',')
        .map((tag) => tag.trim().replace(/^W\//, ''));
      if (known.includes(headers.etag)) return new Response(null, { status: 304, headers });
      headers['content-length'] = `${bytes.byteLength}`;
      return new Response(request.method === 'HEAD' ? null : bytes, { headers });
    },
  };
}

function pathOf({ pathname }) {
  try {
    return decodeURIComponent(pathname).slice(1);
  } catch {
    return null;
  }
}

/** The file itself, a page without its ending, or what stands for a directory. */
function find(files, path, index) {
  if (path === '') return files.get(index) ?? null;
  const exact = files.get(path.endsWith('/') ? `${path}index.html` : path) ?? files.get(`${path}.html`);
  if (exact !== undefined) return exact;
  return files.has(`${path}/index.html`) ? 'directory' : null;
}
