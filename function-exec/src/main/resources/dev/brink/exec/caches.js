// The Cache API: caches.default and caches.open(name). The calls that it makes, with their JSON:
//
//   match  {cache, url, request}                                  → {} or {found, head} + the body
//   put    {cache, url, request, status, reason, response} + body → {found}
//   delete {cache, url}                                           → {} or {found}
//
// request and response are header lines: name, line feed, value, line feed. A head is status, line
// feed, reason, line feed, header lines.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { expose, needed, illegal, usv } = load('idl');
  const TOKEN = {};
  const DEFAULT = 'default';

  const $Cache = slots('Cache');

  /** What a call is about; the rest of the Cache API's options would change what is found. */
  function asked(input, options) {
    const { ignoreMethod = false, ignoreSearch = false, ignoreVary = false } = options ?? {};
    if (ignoreSearch || ignoreVary) {
      throw new TypeError(`${ignoreSearch ? 'ignoreSearch' : 'ignoreVary'}: not supported`);
    }
    const { method, url, headers } = load('requests').partsOfInput(input);
    if (!/^https?:/.test(url)) throw new TypeError(`url: ${url} (expected: http or https)`);
    const fragment = url.indexOf('#');
    return {
      retrieval: ignoreMethod || method === 'GET',
      method,
      url: fragment < 0 ? url : url.slice(0, fragment),
      request: headers,
    };
  }

  function call(method, args, body) {
    return load('binding').cached(method, args, body);
  }

  class Cache {
    [$Cache] = { name: undefined };

    constructor(token, name) {
      if (token !== TOKEN) throw illegal();
      this[$Cache].name = name;
    }

    async match(input, options = undefined) {
      const cache = this[$Cache].name;
      needed('match', arguments.length, 1);
      const { retrieval, url, request } = asked(input, options);
      if (!retrieval) return undefined;
      const { json, content } = await call('match', { cache, url, request });
      return json.found ? load('responses').restored(json.head, content) : undefined;
    }

    async put(input, response) {
      const cache = this[$Cache].name;
      needed('put', arguments.length, 2);
      const { method, url, request } = asked(input, undefined);
      if (method !== 'GET') throw new TypeError(`method: ${method} (expected: GET)`);
      const { status, statusText, headers, body, vary } = load('responses').partsOfResponse(response);
      if (status === 206 || status < 200) throw new TypeError(`status: ${status} (expected: of a whole response)`);
      if (vary !== null && vary.includes('*')) throw new TypeError('vary: * (expected: names)');
      const [kept, lines] = load('bodies').asItCame(body, headers);
      await call('put', { cache, url, request, status, reason: statusText, response: lines }, kept);
    }

    async delete(input, options = undefined) {
      const cache = this[$Cache].name;
      needed('delete', arguments.length, 1);
      const { retrieval, url } = asked(input, options);
      if (!retrieval) return false;
      return (await call('delete', { cache, url })).json.found === true;
    }
  }
  expose(Cache);
  Object.defineProperty(Cache, 'length', { value: 0, configurable: true });

  const $CacheStorage = slots('CacheStorage');

  class CacheStorage {
    [$CacheStorage] = { standard: undefined };

    constructor(token) {
      if (token !== TOKEN) throw illegal();
      this[$CacheStorage].standard = new Cache(TOKEN, DEFAULT);
    }

    get default() {
      return this[$CacheStorage].standard;
    }

    /** Caches need not be made: one that nobody has used is empty. */
    async open(name) {
      this[$CacheStorage].standard;
      needed('open', arguments.length, 1);
      const text = usv(name);
      if (text === '' || text.length > 256) throw new TypeError(`name: ${text.length} characters (expected: 1 to 256)`);
      return text === DEFAULT ? this[$CacheStorage].standard : new Cache(TOKEN, text);
    }
  }
  expose(CacheStorage);
  Object.defineProperty(CacheStorage, 'length', { value: 0, configurable: true });

  return { Cache, CacheStorage, caches: new CacheStorage(TOKEN) };
});
