/** A preview of plain files: answers with what lies at the path, or with a range of it, as web servers do. */

import { parseRange } from './file-range.guest.js';

const notFound = { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } };

/**
 * `files`: by path, `{contents, path, type, version, size}`; contents null for what is in the session, at that path, and
 * read there by `read(path, offset, length)`, which resolves with a stream, or with null. `index`: the file at `/`.
 */
export function filesHandler(files, index, read) {
  return {
    async fetch(request) {
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
      const { type, version, size } = found;
      const headers = {
        'content-type': type,
        etag: `"${version}"`,
        'cache-control': 'no-cache',
        'accept-ranges': 'bytes',
      };
      const known = (request.headers.get('if-none-match') ?? '')
        .split(',')
        .map((tag) => tag.trim().replace(/^W\//, ''));
      if (known.includes(headers.etag)) return new Response(null, { status: 304, headers });
      const condition = request.headers.get('if-range');
      const isWanted = request.method === 'GET' && (condition === null || condition === headers.etag);
      const range = isWanted ? parseRange(request.headers.get('range'), size) : null;
      if (range === 'unsatisfiable') {
        return new Response(null, { status: 416, headers: { 'content-range': `bytes */${size}` } });
      }
      const { start, end } = range ?? { start: 0, end: size };
      headers['content-length'] = `${end - start}`;
      if (range !== null) headers['content-range'] = `bytes ${start}-${end - 1}/${size}`;
      const body = request.method === 'HEAD' ? null : await bodyOf(found, start, end, read);
      if (body === 'gone') return new Response('This file is being changed. Try again.\n', { status: 503 });
      return new Response(body, { status: range === null ? 200 : 206, headers });
    },
  };
}

async function bodyOf({ contents, path, size }, start, end, read) {
  if (contents !== null) return start === 0 && end === size ? contents : contents.slice(start, end);
  const stream = await read(path, start, end - start);
  return stream === null ? 'gone' : stream.pipeThrough(new FixedLengthStream(end - start));
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
