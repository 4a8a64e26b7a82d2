// Requests: section 5.4 of the Fetch Standard.
(function (core) {
  'use strict';
  const { load, slots, unseal } = core;
  const { expose, needed, isObject, usv, dictionary, oneOf } = load('idl');
  const { NAME, Headers, areOfClient, copyOf, guard, incomingHeaders, linesOf, setDefault } = load('headers');
  const { TEXT, BYTES, NATIVE, STREAM, Body, extract, isUsed, isLocked, cloneBody, bodyMethods, mixIn } = load('bodies');
  const { stringify } = JSON;
  const INCOMING = {};
  const FORBIDDEN = /^(?:CONNECT|TRACE|TRACK)$/i;
  const NORMALIZED = {
    __proto__: null, delete: 'DELETE', get: 'GET', head: 'HEAD', options: 'OPTIONS', post: 'POST', put: 'PUT',
    DELETE: 'DELETE', GET: 'GET', HEAD: 'HEAD', OPTIONS: 'OPTIONS', POST: 'POST', PUT: 'PUT',
  };

  function normalizeMethod(method) {
    const text = `${method}`;
    const usual = NORMALIZED[text];
    if (usual !== undefined) return usual;
    if (!NAME.test(text)) throw new TypeError(`${stringify(text)} is not a method`);
    const upper = NORMALIZED[text.toLowerCase()] ?? text;
    if (FORBIDDEN.test(upper)) throw new TypeError(`method ${text} is forbidden`);
    return upper;
  }

  const OPTIONS = {
    cache: ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'],
    credentials: ['omit', 'same-origin', 'include'],
    duplex: ['half'],
    mode: ['navigate', 'same-origin', 'no-cors', 'cors'],
    priority: ['high', 'low', 'auto'],
    redirect: ['follow', 'error', 'manual'],
    referrerPolicy: [
      '', 'no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin',
      'origin-when-cross-origin', 'strict-origin-when-cross-origin', 'unsafe-url',
    ],
  };

  /** What requests say when nothing else was asked for. */
  const PLAIN = {
    cache: 'default', credentials: 'same-origin', duplex: 'half', integrity: '', keepalive: false, mode: 'cors',
    redirect: 'follow', referrer: 'about:client', referrerPolicy: '',
  };

  /** Reads the members of an init that are kept but change nothing here. */
  function detailsOf(options, from) {
    const cache = choice('cache', options.cache) ?? from.cache;
    const credentials = choice('credentials', options.credentials) ?? from.credentials;
    const duplex = choice('duplex', options.duplex) ?? from.duplex;
    const mode = choice('mode', options.mode) ?? from.mode;
    choice('priority', options.priority);
    const redirect = choice('redirect', options.redirect) ?? from.redirect;
    const referrerPolicy = choice('referrerPolicy', options.referrerPolicy) ?? from.referrerPolicy;
    const { integrity, keepalive, referrer } = options;
    const details = {
      cache, credentials, duplex, integrity: from.integrity, keepalive: from.keepalive, mode, redirect,
      referrer: from.referrer, referrerPolicy,
    };
    if (details.mode === 'navigate' && options.mode !== undefined) throw new TypeError('mode: navigate is not for functions');
    if (details.cache === 'only-if-cached' && details.mode !== 'same-origin') {
      throw new TypeError('cache: only-if-cached goes with mode same-origin only');
    }
    if (integrity !== undefined) details.integrity = `${integrity}`;
    if (keepalive !== undefined) details.keepalive = !!keepalive;
    if (referrer !== undefined) {
      const text = usv(referrer);
      details.referrer = text === '' ? '' : referrerOf(text);
    }
    return details;
  }

  function choice(name, value) {
    return value === undefined ? undefined : oneOf(name, value, OPTIONS[name]);
  }

  function referrerOf(text) {
    const url = load('url').absolute(text);
    if (url === null) throw new TypeError(`referrer: ${stringify(text)} is not a valid URL`);
    return url;
  }

  const $Request = slots('Request');

  class Request {
    constructor(input, init = undefined) {
      if (input === INCOMING) return;
      this[$Request] = {
        run: null, method: 'GET', url: undefined, headers: null, body: null, signal: null, details: PLAIN, raw: false,
      };
      needed('Request', arguments.length, 1);
      const options = dictionary('Request: init', init);
      const from = isObject(input) && $Request in input ? input : null;
      if (from !== null) {
        this[$Request].method = from[$Request].method;
        this[$Request].url = from.url;
        this[$Request].details = from[$Request].details;
      } else {
        this[$Request].url = load('url').requestUrl(`${input}`);
      }
      if (options.window !== undefined && options.window !== null) throw new TypeError('window: not null');
      if (init !== undefined && init !== null) this[$Request].details = detailsOf(options, this[$Request].details);
      if (options.method !== undefined) this[$Request].method = normalizeMethod(options.method);
      takeSignal(this, options.signal, from);
      if (options.headers !== undefined) this[$Request].headers = guard(new Headers(options.headers), 'request');
      else if (from !== null) this[$Request].headers = guard(new Headers(from.headers), 'request');
      else this[$Request].headers = guard(new Headers(), 'request');
      if (this[$Request].details.mode === 'no-cors') restrict(this);
      adoptBody(this, options.body, from);
    }

    get method() {
      return this[$Request].method;
    }

    get url() {
      if (this[$Request].raw) {
        this[$Request].url = load('url').normalized(this[$Request].url);
        this[$Request].raw = false;
      }
      return this[$Request].url;
    }

    get headers() {
      return (this[$Request].headers ??= incomingHeaders(null, this[$Request].run));
    }

    get signal() {
      return (this[$Request].signal ??= load('events').signalOf(this[$Request].run));
    }

    get redirect() {
      return this[$Request].details.redirect;
    }

    get mode() {
      return this[$Request].details.mode;
    }

    get credentials() {
      return this[$Request].details.credentials;
    }

    get cache() {
      return this[$Request].details.cache;
    }

    get referrer() {
      return this[$Request].details.referrer;
    }

    get referrerPolicy() {
      return this[$Request].details.referrerPolicy;
    }

    get integrity() {
      return this[$Request].details.integrity;
    }

    get keepalive() {
      return this[$Request].details.keepalive;
    }

    get destination() {
      this[$Request].details;
      return '';
    }

    get duplex() {
      return this[$Request].details.duplex;
    }

    get isReloadNavigation() {
      this[$Request].details;
      return false;
    }

    get isHistoryNavigation() {
      this[$Request].details;
      return false;
    }

    clone() {
      const body = requestBody(this);
      if (isUsed(body) || isLocked(body)) throw new TypeError('the body was read before, or is locked');
      const copy = new Request(this.url, { method: this[$Request].method });
      copy[$Request].headers = copyOf(this.headers);
      copy[$Request].details = this[$Request].details;
      [this[$Request].body, copy[$Request].body] = cloneBody(body);
      takeSignal(copy, undefined, this);
      return copy;
    }
  }
  mixIn(Request.prototype, bodyMethods(requestBody, (request) => request.headers));
  expose(Request);

  function incoming(run, method, url, normal, hasBody) {
    const request = new Request(INCOMING);
    const body = hasBody ? new Body(NATIVE, -1) : null;
    request[$Request] = { run, method, url, headers: null, body, signal: null, details: PLAIN, raw: !normal };
    return request;
  }

  function partsOf(request) {
    return {
      method: request[$Request].method,
      url: request.url,
      headers: linesOf(request.headers),
      client: areOfClient(request.headers),
      body: request[$Request].body,
      signal: request[$Request].signal,
      details: request[$Request].details,
    };
  }

  function requestBody(request) {
    if (request[$Request].body !== null && request[$Request].body.kind === NATIVE && request[$Request].body.data === -1) {
      request[$Request].body.data = unseal(request[$Request].run).body();
    }
    return request[$Request].body;
  }

  /** Follows the signal given, or else that of the request this one is made of. */
  function takeSignal(self, given, from) {
    const signal = given !== undefined ? given : from === null ? null : signalIfAny(from);
    if (signal === null) return;
    const abort = load('abort');
    if (!abort.isSignal(signal)) throw new TypeError('signal is not an AbortSignal');
    self[$Request].signal = abort.any([signal]);
  }

  function signalIfAny(self) {
    return self[$Request].run === null ? self[$Request].signal : self.signal;
  }

  function adoptBody(self, content, from) {
    const given = content !== undefined && content !== null;
    const inherited = from !== null ? requestBody(from) : null;
    if ((given || (inherited !== null && content === undefined)) && (self[$Request].method === 'GET' || self[$Request].method === 'HEAD')) {
      throw new TypeError(`a ${self[$Request].method} request cannot have a body`);
    }
    if (given) {
      const { body, type } = extract(content);
      if (self[$Request].details.keepalive && body.kind === STREAM) throw new TypeError('keepalive: not with a stream');
      self[$Request].body = body;
      if (type !== null) setDefault(self[$Request].headers, 'content-type', type);
    } else if (inherited !== null && content === undefined) {
      if (isUsed(inherited) || isLocked(inherited)) throw new TypeError('the request’s body was read before, or is locked');
      self[$Request].body = new Body(inherited.kind, inherited.data);
      self[$Request].body.stream = inherited.stream === null ? null : load('bodystreams').takeOver(inherited.stream);
      inherited.used = true;
    }
  }

  /** Leaves of a no-cors request’s headers and methods only what such may have. */
  function restrict(request) {
    const { method, headers } = request;
    if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') throw new TypeError(`method: ${method} is not for mode no-cors`);
    const given = [...headers];
    for (const [name] of given) headers.delete(name);
    guard(headers, 'no-cors');
    for (const [name, value] of given) headers.append(name, value);
  }

  /** The parts of a request, or of one made of a URL. */
  function partsOfInput(input) {
    return partsOf(isObject(input) && $Request in input ? input : new Request(input));
  }

  const hasBody = (request) => requestBody(request) !== null;

  /** Makes a request's body anew, from what the request itself keeps; null for one that can be sent once only. */
  function bodyAgain(request) {
    const { kind, data } = requestBody(request);
    return kind === TEXT || kind === BYTES ? () => new Body(kind, data) : null;
  }

  function withBody(request, body) {
    request[$Request].body = body;
    return request;
  }

  return { Request, incoming, partsOf, partsOfInput, hasBody, bodyAgain, withBody };
});
