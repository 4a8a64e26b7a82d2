// Five kinds of work of edge functions, for work.sh: each path one of them.
import { marked } from './marked.js';
import { article } from './article.js';

const key = crypto.subtle.importKey(
  'raw', new TextEncoder().encode('a key for a benchmark'), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);

const fromBase64url = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));

/** Parses the orders of the body and answers with a sum for each customer. */
async function json(request) {
  const { orders } = await request.json();
  const customers = {};
  for (const order of orders) {
    const sum = order.lines.reduce((total, line) => total + line.count * line.cents, 0);
    const customer = (customers[order.customer] ??= { orders: 0, cents: 0, last: '' });
    customer.orders++;
    customer.cents += sum;
    if (order.at > customer.last) customer.last = order.at;
  }
  return Response.json({ customers });
}

/** Renders an article of 12 KB. */
function markdown() {
  return new Response(marked.parse(article), { headers: { 'content-type': 'text/html' } });
}

/** Verifies the token of the request and answers with its claims. */
async function jwt(request) {
  const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? '';
  const [header, claims, signature] = token.split('.');
  const verified = await crypto.subtle.verify(
    'HMAC', await key, fromBase64url(signature), new TextEncoder().encode(`${header}.${claims}`));
  if (!verified) return new Response('no', { status: 401 });
  return Response.json(JSON.parse(new TextDecoder().decode(fromBase64url(claims))));
}

/** Streams 1 MiB through a transform that looks at each chunk. */
function stream() {
  const chunk = new Uint8Array(64 * 1024).fill(97);
  let left = 16;
  const source = new ReadableStream({
    pull(controller) {
      controller.enqueue(chunk.slice());
      if (--left === 0) controller.close();
    },
  });
  let bytes = 0;
  const counting = new TransformStream({
    transform(part, controller) {
      bytes += part.byteLength;
      controller.enqueue(part);
    },
  });
  return new Response(source.pipeThrough(counting));
}

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => text.replace(/[&<>"]/g, (c) => escapes[c]);

/** Renders a list of 200 entries. */
function template(request) {
  const title = new URL(request.url).searchParams.get('title') ?? 'Orders';
  const rows = Array.from({ length: 200 }, (_, i) =>
    `<tr class="${i % 2 ? 'odd' : 'even'}"><td>${i}</td><td>${escape(`Entry <${i}> & more`)}</td><td>${(i * 1.25).toFixed(2)}</td></tr>`);
  return new Response(
    `<!doctype html><title>${escape(title)}</title><table>${rows.join('\n')}</table>`,
    { headers: { 'content-type': 'text/html; charset=utf-8' } });
}

const kinds = { json, markdown, jwt, stream, template };

export default {
  fetch(request) {
    const kind = kinds[new URL(request.url).pathname.slice('/work/'.length)];
    return kind ? kind(request) : new Response('unknown', { status: 404 });
  },
};
