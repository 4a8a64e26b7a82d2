// What the global fetch does when it is sent elsewhere: the Fetch Standard, section 4.5. Each hop is
// a request of its own to the host, which checks where it goes.
(function (core) {
  'use strict';
  const { load } = core;
  const STATUSES = [301, 302, 303, 307, 308];
  const MAX_HOPS = 20;
  const NO_BODY = () => null;
  const ABOUT_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length'];
  const SECRET = ['authorization', 'cookie', 'proxy-authorization'];

  /** Sends a request and what it is redirected to. */
  async function follow(request) {
    const { fetchThrough } = load('fetch');
    const { hasBody, bodyAgain } = load('requests');
    const { redirected } = load('responses');
    const mode = request.redirect;
    let current = request;
    let body = hasBody(request) ? bodyAgain(request) : NO_BODY;
    for (let hops = 0; ; hops++) {
      const response = await fetchThrough(null, current);
      const location = STATUSES.includes(response.status) ? response.headers.get('location') : null;
      if (location === null || mode === 'manual') return hops === 0 ? response : redirected(response);
      await response.body?.cancel();
      if (mode === 'error') throw new TypeError('fetch: redirected (expected: not to be)');
      if (hops === MAX_HOPS) throw new TypeError(`fetch: redirected more than ${MAX_HOPS} times`);
      const target = targetOf(location, current.url);
      const toGet = becomesGet(response.status, current.method);
      if (body === null && response.status !== 303) {
        throw new TypeError('fetch: redirected, but the body cannot be sent again');
      }
      if (toGet) body = NO_BODY;
      current = next(current, target, toGet, body);
    }
  }

  function targetOf(location, base) {
    const { URL } = load('url');
    const target = URL.parse(location, base);
    if (target === null) throw new TypeError('fetch: redirected to what is not a URL');
    if (target.protocol !== 'http:' && target.protocol !== 'https:') {
      throw new TypeError('fetch: redirected to another scheme (expected: http or https)');
    }
    if (target.hash === '') target.hash = new URL(base).hash;
    return target;
  }

  function becomesGet(status, method) {
    return ((status === 301 || status === 302) && method === 'POST') ||
      (status === 303 && method !== 'GET' && method !== 'HEAD');
  }

  function next(current, target, toGet, body) {
    const { Headers } = load('headers');
    const { Request, withBody } = load('requests');
    const { URL } = load('url');
    const headers = new Headers(current.headers);
    if (toGet) for (const name of ABOUT_BODY) headers.delete(name);
    if (target.origin !== new URL(current.url).origin) for (const name of SECRET) headers.delete(name);
    const method = toGet ? 'GET' : current.method;
    const request = new Request(target.href, { method, headers, signal: current.signal, redirect: current.redirect });
    return body === NO_BODY ? request : withBody(request, body());
  }

  return { follow };
});
