// Request, Response and fetch: sections 5.3 to 5.6 of the Fetch Standard.
(function (core) {
  'use strict';
  const { ops, load, slots, unseal } = core;
  const { expose, needed, isObject, usv, byteString, dictionary, oneOf } = load('idl');
  const { NAME, Headers, areOfClient, copyOf, guard, incomingHeaders, linesOf, listFrom, setDefault } = load('headers');
  const {
    TEXT_TYPE, TEXT, BYTES, NATIVE, STREAM, Body, extract, isUsed, isLocked, decodeWhenRead, cloneBody, bodyMethods,
    mixIn, write, handOver, writeFrom,
  } = load('bodies');
  const { stringify } = JSON;
  const INCOMING = {};
  const TEXT_LINES = `content-type\n${TEXT_TYPE}\n`;
  const JSON_TYPE = 'application/json';
  const JSON_LINES = `content-type\n${JSON_TYPE}\n`;
  const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;
  const NORMALIZED = { delete: 'DELETE', get: 'GET', head: 'HEAD', options: 'OPTIONS', post: 'POST', put: 'PUT' };

  // ---- requests

  function normalizeMethod(method) {
    const text = String(method);
    if (!NAME.test(text)) throw new TypeError(`${stringify(text)} is not a method`);
    const upper = NORMALIZED[text.toLowerCase()] ?? text;
    if (/^(?:CONNECT|TRACE|TRACK)$/i.test(upper)) throw new TypeError(`method ${text} is forbidden`);
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
    const details = { ...from };
    for (const name in OPTIONS) {
      const value = options[name];
      if (value !== undefined) details[name] = oneOf(name, value, OPTIONS[name]);
    }
    const { integrity, keepalive, referrer } = options;
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
      self[$Request].body.stream = inherited.stream === null ? null : load('streams').takeOver(inherited.stream);
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

  // ---- responses

  const $Response = slots('Response');

  class Response {
    /** The headers of one that was given none are made when they are asked for; until then there is the content type alone, or null. */
    [$Response] = {
      redirected: false,
      status: 200,
      statusText: '',
      headers: null,
      contentType: null,
      body: null,
      type: 'default',
      url: '',
      webSocket: null,
    };

    constructor(body = null, init = undefined) {
      if (init !== undefined && init !== null) {
        if (typeof init !== 'object' && typeof init !== 'function') throw new TypeError('Response: init is not an object');
        if (init.webSocket !== undefined && init.webSocket !== null) takeSocket(this, init);
        else if (init.status !== undefined) this[$Response].status = statusOf(init.status);
        if (init.statusText !== undefined) {
          this[$Response].statusText = byteString(init.statusText);
          if (!REASON.test(this[$Response].statusText)) throw new TypeError(`${stringify(this[$Response].statusText)} is not a status text`);
        }
        if (init.headers !== undefined) this[$Response].headers = new Headers(init.headers);
      }
      if (body !== undefined && body !== null) {
        if (nullBody(this[$Response].status)) throw new TypeError(`a response with status ${this[$Response].status} has no body`);
        const made = extract(body);
        this[$Response].body = made.body;
        setType(this, made.type);
      }
    }

    static json(data, init = undefined) {
      needed('json', arguments.length, 1);
      const text = stringify(data);
      if (text === undefined) throw new TypeError('the value has no JSON form');
      const response = new Response(undefined, init);
      if (nullBody(response[$Response].status)) throw new TypeError(`a response with status ${response[$Response].status} has no body`);
      response[$Response].body = new Body(TEXT, text);
      setType(response, JSON_TYPE);
      return response;
    }

    static redirect(url, status = 302) {
      needed('redirect', arguments.length, 1);
      const location = load('url').requestUrl(usv(url));
      if (![301, 302, 303, 307, 308].includes(+status)) throw new RangeError(`status: ${status} (expected: 301, 302, 303, 307 or 308)`);
      const response = new Response(null, { status, headers: { location } });
      guard(headersOf(response), 'immutable');
      return response;
    }

    static error() {
      const response = new Response();
      response[$Response].status = 0;
      response[$Response].type = 'error';
      guard(headersOf(response), 'immutable');
      return response;
    }

    get type() {
      return this[$Response].type;
    }

    get url() {
      return this[$Response].url;
    }

    get redirected() {
      return this[$Response].redirected;
    }

    get status() {
      return this[$Response].status;
    }

    get ok() {
      return this[$Response].status >= 200 && this[$Response].status <= 299;
    }

    get statusText() {
      return this[$Response].statusText;
    }

    get headers() {
      return headersOf(this);
    }

    get webSocket() {
      return this[$Response].webSocket;
    }

    clone() {
      if (this[$Response].webSocket !== null) throw new TypeError('clone: the response has a webSocket');
      if (isUsed(this[$Response].body) || isLocked(this[$Response].body)) throw new TypeError('the body was read before, or is locked');
      const copy = new Response();
      copy[$Response].status = this[$Response].status;
      copy[$Response].statusText = this[$Response].statusText;
      copy[$Response].headers = copyOf(headersOf(this));
      copy[$Response].type = this[$Response].type;
      copy[$Response].url = this[$Response].url;
      [this[$Response].body, copy[$Response].body] = cloneBody(this[$Response].body);
      return copy;
    }
  }
  mixIn(Response.prototype, bodyMethods(responseBody, (response) => response.headers));
  expose(Response);

  function headersOf(response) {
    const state = response[$Response];
    if (state.headers === null) {
      state.headers = new Headers();
      if (state.contentType !== null) setDefault(state.headers, 'content-type', state.contentType);
    }
    return state.headers;
  }

  /** Its content type, unless it has one. */
  function setType(response, type) {
    const state = response[$Response];
    if (state.headers === null) state.contentType = type;
    else if (type !== null) setDefault(state.headers, 'content-type', type);
  }

  function responseLines(response) {
    const { headers, contentType } = response[$Response];
    if (headers !== null) return linesOf(headers);
    if (contentType === null) return '';
    // The usual ones are the same strings each time, which the host knows again.
    if (contentType === JSON_TYPE) return JSON_LINES;
    return contentType === TEXT_TYPE ? TEXT_LINES : `content-type\n${contentType}\n`;
  }

  function send(run, value) {
    if (value === null || typeof value !== 'object' || !($Response in value)) {
      run.bad(`the handler returned ${describe(value)} (expected: a Response)`);
      return;
    }
    const { body, webSocket } = value[$Response];
    if (webSocket !== null) {
      load('socketpair').answer(run, responseLines(value), webSocket);
      return;
    }
    if (value[$Response].status < 200) {
      run.bad('the handler returned Response.error()');
      return;
    }
    if (isUsed(body) || isLocked(body)) {
      run.bad('the response’s body was read before, or is locked');
      return;
    }
    write(run, value[$Response].status, value[$Response].statusText, responseLines(value), body);
  }

  /** A response with a socket is a 101, whatever a client may think of it. */
  function takeSocket(self, { status, webSocket }) {
    if (!load('websocket').isSocket(webSocket)) throw new TypeError('Response: webSocket is not a WebSocket');
    if (status !== 101) throw new RangeError(`status: ${status} (expected: 101 with a webSocket)`);
    self[$Response].status = 101;
    self[$Response].webSocket = webSocket;
  }

  function withSocket(response, webSocket) {
    response[$Response].webSocket = webSocket;
    return response;
  }

  function redirected(response) {
    response[$Response].redirected = true;
    return response;
  }

  function arrived(lines, number, url, method, own = false) {
    const first = lines.indexOf('\n');
    const second = lines.indexOf('\n', first + 1);
    const response = new Response();
    response[$Response].status = +lines.slice(0, first);
    response[$Response].statusText = lines.slice(first + 1, second);
    response[$Response].headers = incomingHeaders(listFrom(lines.slice(second + 1)), null);
    response[$Response].type = 'basic';
    response[$Response].url = url;
    if (number >= 0 && !nullBody(response[$Response].status)) {
      response[$Response].body = new Body(NATIVE, number);
      if (method !== 'HEAD') decodeWhenRead(response[$Response], own);
    }
    return response;
  }

  /** A response whose body ends with the signal of its request, where that has one. */
  function abortable(response, signal) {
    const { body } = response[$Response];
    if (signal !== null && body !== null) load('aborts').heed(body, signal);
    return response;
  }

  function responseBody(response) {
    return response[$Response].body;
  }

  function statusOf(value) {
    const status = value & 0xffff;
    if (status < 200 || status > 599) throw new RangeError(`status: ${value} (expected: 200 to 599)`);
    return status;
  }

  function nullBody(status) {
    return status === 101 || status === 103 || status === 204 || status === 205 || status === 304;
  }

  function describe(value) {
    if (value === null) return 'null';
    if (value === undefined) return 'nothing';
    return typeof value === 'object' ? 'an object that is not a Response' : `a ${typeof value}`;
  }

  // ---- fetch

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
    if (request[$Request].url.startsWith('data:')) return load('dataurls').answer(request);
    return wantsSocket(request) ? fetchThrough(null, request) : load('redirects').follow(request);
  }

  /** The parts of a request, or of one made of a URL. */
  function partsOfInput(input) {
    return partsOf(isObject(input) && $Request in input ? input : new Request(input));
  }

  /** The parts of a response that is to be kept. */
  function partsOfResponse(response) {
    if (!isObject(response) || !($Response in response)) {
      throw new TypeError(`response: ${describe(response)} (expected: a Response)`);
    }
    const { status, statusText, body } = response[$Response];
    const headers = headersOf(response);
    return { status, statusText, headers: linesOf(headers), body, vary: headers.get('vary') };
  }

  /** A response that was kept: its head, and what invoke of binding.js gives for its body. */
  function restored(head, content) {
    const response = arrived(head, -1, '');
    response[$Response].type = 'default';
    if (content !== null && !nullBody(response[$Response].status)) {
      response[$Response].body = content instanceof Body ? content : new Body(BYTES, content);
      if (content instanceof Body) decodeWhenRead(response[$Response], false);
    }
    return response;
  }

  /** The response to a request that the host knows nothing of; its content may be null. */
  function local(head, url, content) {
    const response = arrived(head, -1, url);
    if (content !== null) response[$Response].body = new Body(BYTES, content);
    return response;
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

  return {
    Request, Response, fetch, fetchThrough, bounded, redirected, hasBody, bodyAgain, withBody, incoming, send,
    arrived, abortable, local, withSocket, partsOfInput, partsOfResponse, restored,
  };
});
