// fetch: section 5.6 of the Fetch Standard, up to where the host sends.
(function (core) {
  'use strict';
  const { ops, load } = core;
  const { needed } = load('idl');
  const { Request, partsOf } = load('requests');
  const { arrived, abortable } = load('responses');
  const { STREAM, isUsed, isLocked, handOver, writeFrom } = load('bodies');

  /** Not brotli: of its decoders there are few. */
  const ACCEPT_ENCODING = 'accept-encoding\ngzip, deflate\n';
  // FunctionLimits.MAX_HEAD_BYTES, of what is sent: 32 bytes count for a field beside its name and value, as in
  // HTTP/2, of which the lines have two as line feeds; at most 11 for each character of the lines, as a field has three.
  const MAX_HEAD_BYTES = 131072;
  const FIELD_BYTES = 30;
  const MOST_FOR_A_CHARACTER = 11;

  async function fetchThrough(service, input, init) {
    const request = new Request(input, init);
    return wantsSocket(request) ? load('websocket').request(service, partsOf(request)) : sent(service, partsOf(request));
  }

  function wantsSocket(request) {
    return request.method === 'GET' && (request.headers.get('upgrade') ?? '').toLowerCase() === 'websocket';
  }

  function sent(service, { method, url: whole, headers: given, client, body, signal }) {
    return new Promise((resolve, reject) => {
      const own = service === null && !client && !/(?:^|\n)(?:accept-encoding|range)\n/.test(given);
      const headers = own ? `${given}${ACCEPT_ENCODING}` : given;
      const fragment = whole.indexOf('#');
      const url = fragment < 0 ? whole : whole.slice(0, fragment);
      bounded(url, headers);
      if (signal !== null && signal.aborted) throw signal.reason;
      if (isUsed(body) || isLocked(body)) throw new TypeError('the body was read before, or is locked');
      let op = 0;
      let forget = () => undefined;
      const onAbort = () => {
        ops.cancel(op);
        core.unregister(op);
        if (writer > 0) load('bodies').abortWriting(writer, signal.reason);
        else if (body !== null && body.stream !== null && !body.stream.locked) load('idl').handled(body.stream.cancel(signal.reason));
        reject(signal.reason);
      };
      op = core.register((how, payload, number) => {
        forget();
        if (how === core.RESOLVED) resolve(abortable(arrived(payload, number, url, method, own), signal));
        else if (how !== core.DROPPED) reject(new TypeError(payload));
      });
      const writer = start(op, service, method, url, headers, body);
      if (writer < 0) {
        core.unregister(op);
        throw new TypeError('fetch: not possible here: outside of a request, or too many requests');
      }
      if (body !== null) body.used = true;
      if (writer > 0) writeFrom(writer, body.stream);
      if (signal !== null) forget = load('abort').onAbort(signal, onAbort);
    });
  }

  /** Refuses a head that is larger than a host sends; the host checks its headers too. */
  function bounded(url, headers) {
    if (url.length + headers.length * MOST_FOR_A_CHARACTER <= MAX_HEAD_BYTES) return;
    const fields = (headers.split('\n').length - 1) / 2;
    const bytes = url.length + headers.length + fields * FIELD_BYTES;
    if (bytes > MAX_HEAD_BYTES) {
      ops.headersTooLarge();
      throw new TypeError(`fetch: a URL and headers of ${bytes} bytes (expected: at most ${MAX_HEAD_BYTES}, with 32 for each header)`);
    }
  }

  function start(op, service, method, url, headers, body) {
    return handOver(body, (kind, data, offset, length) =>
      ops.fetch(op, service, method, url, headers, kind, data, offset, length, kind === STREAM ? load('streams').lengthOf(body.stream) : -1));
  }

  async function fetch(input, init = undefined) {
    needed('fetch', arguments.length, 1);
    const request = new Request(input, init);
    if (request.url.startsWith('data:')) return load('dataurls').answer(request);
    return wantsSocket(request) ? fetchThrough(null, request) : load('redirects').follow(request);
  }

  return { fetch, fetchThrough, bounded };
});
