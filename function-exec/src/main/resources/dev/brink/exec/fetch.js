// Headers, Request, Response and fetch.
(function (core) {
  'use strict';
  const { host, ops, bodies, load, nowOrLater, bytesOf, isView, Bytes, withOwnMethods, slots, unseal } = core;
  const { expose, needed, isObject, usv, byteString, dictionary, sequence, oneOf, pairIterable, rejectedWith } = load('idl');
  const { stringify, parse } = JSON;
  const INCOMING = {};
  const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const PLAIN_VALUE = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/;
  const EDGES = /^[\t\n\r ]+|[\t\n\r ]+$/g;
  const BAD_VALUE = /[\0\r\n]|[^\0-\xff]/;
  const TEXT_TYPE = 'text/plain;charset=UTF-8';
  const TEXT_LINES = `content-type\n${TEXT_TYPE}\n`;
  const JSON_TYPE = 'application/json';
  const JSON_LINES = `content-type\n${JSON_TYPE}\n`;
  const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;
  const NORMALIZED = { delete: 'DELETE', get: 'GET', head: 'HEAD', options: 'OPTIONS', post: 'POST', put: 'PUT' };

  /** Names seen lately, in lower case. */
  const names = withOwnMethods(new Map());
  const MAX_NAMES = 128;
  let knownNames = 0;

  function headerName(name) {
    return names.get(name) ?? checkedName(`${name}`);
  }

  function checkedName(text) {
    if (!NAME.test(text)) throw new TypeError(`${stringify(text)} is not a header name`);
    const name = text.toLowerCase();
    if (knownNames < MAX_NAMES && text.length < MAX_NAMES && !names.has(text)) {
      knownNames++;
      names.set(text, name);
    }
    return name;
  }

  function headerValue(value) {
    const text = `${value}`;
    if (PLAIN_VALUE.test(text)) return text;
    const trimmed = text.replace(EDGES, '');
    if (BAD_VALUE.test(trimmed)) throw new TypeError(`${stringify(trimmed)} is not a header value`);
    return trimmed;
  }

  const UNSAFE_BYTES = /[\0-\x08\x0a-\x1f\x7f"():<>?@[\\\]{}]/;

  /** Whether a request of mode no-cors may have such a header. */
  function safelisted(name, value) {
    if (value.length > 128) return false;
    if (name === 'accept') return !UNSAFE_BYTES.test(value);
    if (name === 'accept-language' || name === 'content-language') return /^[0-9A-Za-z *,\-.;=]*$/.test(value);
    if (name !== 'content-type' || UNSAFE_BYTES.test(value)) return false;
    const essence = load('mime').serialized(value).split(';')[0];
    return essence === 'application/x-www-form-urlencoded' || essence === 'multipart/form-data' || essence === 'text/plain';
  }

  const $Headers = slots('Headers');

  class Headers {
    /** Of a request that came in the list is made, from its run, when one name does not do; copies are a client's as well. */
    [$Headers] = { list: [], run: null, guard: 'none', sorted: null, client: false };

    constructor(init = undefined) {
      if (init !== undefined) fill(this, init);
    }

    append(name, value) {
      const list = listOf(this);
      if (arguments.length < 2) throw new TypeError('append: 2 arguments needed');
      const key = headerName(name);
      const text = headerValue(value);
      const now = this[$Headers].guard === 'no-cors' ? this.get(key) : null;
      if (change(this, key, now === null ? text : `${now}, ${text}`)) list.push(key, text);
    }

    set(name, value) {
      const list = listOf(this);
      if (arguments.length < 2) throw new TypeError('set: 2 arguments needed');
      const key = headerName(name);
      const text = headerValue(value);
      if (!change(this, key, text)) return;
      const at = indexOf(list, key);
      if (at < 0) {
        list.push(key, text);
        return;
      }
      list[at + 1] = text;
      remove(this, key, at + 2);
    }

    delete(name) {
      listOf(this);
      needed('delete', arguments.length, 1);
      const key = headerName(name);
      if (change(this, key, '')) remove(this, key, 0);
    }

    get(name) {
      const { list, run } = this[$Headers];
      needed('get', arguments.length, 1);
      if (list === null && typeof name === 'string') {
        const value = unseal(run).header(name);
        if (value !== false) return value;
      }
      return combined(listOf(this), headerName(name));
    }

    has(name) {
      const list = listOf(this);
      needed('has', arguments.length, 1);
      return indexOf(list, headerName(name)) >= 0;
    }

    getSetCookie() {
      const list = listOf(this);
      const cookies = [];
      for (let i = 0; i < list.length; i += 2) if (list[i] === 'set-cookie') cookies.push(list[i + 1]);
      return cookies;
    }
  }
  expose(Headers);
  pairIterable(Headers, 'Headers', (headers, at) => pairAt(headers, at));

  /** Names and values in turn. */
  function listOf(headers) {
    const state = headers[$Headers];
    return (state.list ??= listFrom(unseal(state.run).headers()));
  }

  function listFrom(lines) {
    const list = lines.split('\n');
    list.length--;
    return list;
  }

  function combined(list, name) {
    let found = null;
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === name) found = found === null ? list[i + 1] : `${found}, ${list[i + 1]}`;
    }
    return found;
  }

  function linesOf(headers) {
    const list = listOf(headers);
    let text = '';
    for (let i = 0; i < list.length; i += 2) text += `${list[i]}\n${list[i + 1]}\n`;
    return text;
  }

  /** Those of a request or response that came in. */
  function incomingHeaders(list, run) {
    const headers = new Headers();
    const state = headers[$Headers];
    state.list = list;
    state.run = run;
    state.client = run !== null;
    state.guard = 'immutable';
    return headers;
  }

  function guard(headers, how) {
    headers[$Headers].guard = how;
    return headers;
  }

  function copyOf(headers) {
    const copy = new Headers();
    copy[$Headers].list = listOf(headers).slice();
    copy[$Headers].client = headers[$Headers].client;
    copy[$Headers].guard = headers[$Headers].guard;
    return copy;
  }

  function setDefault(headers, name, value) {
    const list = listOf(headers);
    if (indexOf(list, name) < 0) list.push(name, value);
  }

  function pairAt(headers, at) {
    return sortedPairs(headers)[at];
  }

  function fill(self, init) {
    if (!isObject(init)) throw new TypeError('Headers: init is not an object');
    const method = init[Symbol.iterator];
    if ($Headers in init && method === Headers.prototype.entries) {
      self[$Headers].list = listOf(init).slice();
      self[$Headers].client = init[$Headers].client;
      return;
    }
    if (method !== undefined && method !== null) {
      const pairs = sequence('Headers: init', init).map((pair) => {
        const both = sequence('Headers: an entry', pair);
        if (both.length !== 2) throw new TypeError('Headers: each entry must be a pair');
        return [byteString(both[0]), byteString(both[1])];
      });
      for (const [name, value] of pairs) self.append(name, value);
      return;
    }
    const seen = new Map();
    for (const name of Reflect.ownKeys(init)) {
      const property = Reflect.getOwnPropertyDescriptor(init, name);
      if (property !== undefined && property.enumerable) {
        if (typeof name === 'symbol') throw new TypeError('Headers: a name is a symbol');
        const key = byteString(name);
        seen.set(key, byteString(init[name]));
      }
    }
    for (const [name, value] of seen) self.append(name, value);
  }

  function indexOf(list, name) {
    for (let i = 0; i < list.length; i += 2) if (list[i] === name) return i;
    return -1;
  }

  /** Whether the headers may be changed so; {@code value} is what the header would have then. */
  function change(self, key, value) {
    if (self[$Headers].guard === 'immutable') throw new TypeError('these headers cannot be changed');
    self[$Headers].sorted = null;
    return self[$Headers].guard !== 'no-cors' || safelisted(key, value);
  }

  function remove(self, key, from) {
    const list = listOf(self);
    let to = from;
    for (let i = from; i < list.length; i += 2) {
      if (list[i] !== key) {
        list[to] = list[i];
        list[to + 1] = list[i + 1];
        to += 2;
      }
    }
    list.length = to;
  }

  function sortedPairs(self) {
    if (self[$Headers].sorted !== null) return self[$Headers].sorted;
    const combined = new Map();
    const list = listOf(self);
    for (let i = 0; i < list.length; i += 2) {
      const name = list[i];
      if (name === 'set-cookie' && combined.has(name)) combined.get(name).push(list[i + 1]);
      else if (name === 'set-cookie') combined.set(name, [list[i + 1]]);
      else combined.set(name, combined.has(name) ? `${combined.get(name)}, ${list[i + 1]}` : list[i + 1]);
    }
    const pairs = [];
    for (const name of [...combined.keys()].sort()) {
      const value = combined.get(name);
      if (typeof value === 'string') pairs.push([name, value]);
      else for (const cookie of value) pairs.push([name, cookie]);
    }
    return (self[$Headers].sorted = pairs);
  }

  // ---- bodies

  const NativeBuffer = ArrayBuffer;
  const $URLSearchParams = slots('URLSearchParams');
  const $Blob = slots('Blob');
  const $FormData = slots('FormData');
  const $ReadableStream = slots('ReadableStream');
  /** Not brotli: of its decoders there are few. */
  const ACCEPT_ENCODING = 'accept-encoding\ngzip, deflate\n';
  // FunctionLimits.MAX_HEAD_BYTES, of what is sent: 32 bytes count for a field beside its name and value, as in
  // HTTP/2, of which the lines have two as line feeds; at most 11 for each character of the lines, as a field has three.
  const MAX_HEAD_BYTES = 131072;
  const FIELD_BYTES = 30;
  const MOST_FOR_A_CHARACTER = 11;

  const NONE = 0;
  const TEXT = 1;
  const BYTES = 2;
  const NATIVE = 3;
  const STREAM = 4;

  /** What a body is made of, until someone wants it as a stream. */
  class Body {
    constructor(kind, data) {
      this.kind = kind;
      this.data = data;
      this.used = false;
      this.stream = null;
      /** Of a body that may be aborted: to be called when there is no more to come, and what rejects who reads it whole. */
      this.over = null;
      this.fail = null;
      /**
       * { value, own }: the content-encoding that a body of the host came with, and that is undone when it is read, and whether
       * it was asked for on nobody's behalf. Null for none.
       */
      this.coding = null;
    }
  }

  /** Makes a body of what a constructor was given, and its content type or null. */
  function extract(init) {
    if (typeof init === 'string') return { body: new Body(TEXT, wellFormed(init)), type: TEXT_TYPE };
    if (typeof init === 'object' && init !== null) {
      // Only what the slots say is loaded, and what looks like bytes comes first: that a value is none takes an exception.
      if (isView(init) || init instanceof NativeBuffer) {
        const bytes = bytesOf(init);
        if (bytes !== undefined) return bytesBody(bytes);
      }
      if ($URLSearchParams in init) {
        return { body: new Body(TEXT, load('url').textOf(init)), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
      }
      if ($Blob in init) {
        return { body: new Body(BYTES, load('blobs').bytesIn(init)), type: init.type === '' ? null : init.type };
      }
      if ($FormData in init) {
        const [whole, type] = load('forms').serialize(init);
        return { body: new Body(BYTES, whole), type };
      }
      if ($ReadableStream in init) return { body: streamBody(init), type: null };
      if (typeof init[Symbol.asyncIterator] === 'function') {
        return { body: streamBody(load('streams').ReadableStream.from(init)), type: null };
      }
      const bytes = bytesOf(init);
      if (bytes !== undefined) return bytesBody(bytes);
    }
    return { body: new Body(TEXT, wellFormed(`${init}`)), type: TEXT_TYPE };
  }

  function bytesBody(bytes) {
    return { body: new Body(BYTES, new Bytes(bytes[0], bytes[1], bytes[2]).slice()), type: null };
  }

  function streamBody(stream) {
    if (load('streams').isDisturbed(stream) || stream.locked) {
      throw new TypeError('the stream was read before, or is locked');
    }
    const body = new Body(STREAM, null);
    body.stream = stream;
    return body;
  }

  function wellFormed(text) {
    return text.isWellFormed() ? text : text.toWellFormed();
  }

  function isUsed(body) {
    return body !== null && (body.used || (body.stream !== null && load('streams').isDisturbed(body.stream)));
  }

  function isLocked(body) {
    return body !== null && body.stream !== null && body.stream.locked;
  }

  function bodyStream(body) {
    if (body === null) return null;
    if (body.stream === null) {
      const streams = load('streams');
      if (body.kind === NATIVE) body.stream = streams.fromNative(body.data, body.over, body.coding);
      else body.stream = streams.fromBytes(bytesNow(body));
      if (body.used) streams.disturb(body.stream);
    }
    return body.stream;
  }

  function bytesNow(body) {
    return body.kind === TEXT ? load('encoding').utf8Encode(body.data) : body.data.slice();
  }

  /** The whole body as a string or as bytes, or a promise for that where it is not there yet. */
  function consume(body, text) {
    if (body === null) return text ? '' : new Bytes(0);
    if (isUsed(body) || isLocked(body)) throw new TypeError('the body was read before, or is locked');
    if (body.stream !== null) {
      const bytes = load('streams').readAll(body.stream);
      return text ? bytes.then(load('encoding').utf8Decode) : bytes;
    }
    body.used = true;
    if (body.kind === NATIVE) {
      return body.over === null ? wholeOf(body, text) : load('aborts').unlessAborted(body, () => wholeOf(body, text));
    }
    if (body.kind === TEXT) return text ? stripMark(body.data) : bytesNow(body);
    return text ? load('encoding').utf8Decode(body.data) : body.data.slice();
  }

  function wholeOf(body, text) {
    return nowOrLater((id) => bodies.all(body.data, id, text), (whole) => (text ? whole : new Bytes(whole)));
  }

  function stripMark(text) {
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  /**
   * Has a response's body decoded where someone reads it. Its headers then say what is read; who passes the body
   * on untouched passes on what came, with the header.
   */
  function decodeWhenRead({ status, headers, body }, own) {
    if (status === 206) return;
    const value = combined(listOf(headers), 'content-encoding');
    if (value === null || !bodies.decode(body.data, value)) return;
    body.coding = { value, own };
    remove(headers, 'content-encoding', 0);
    remove(headers, 'content-length', 0);
  }

  /** The content-encoding of what the host has of a body that would be decoded; null for any other body. */
  function codingOf(body) {
    return body.stream === null ? body.coding : load('streams').codingOf(body.stream);
  }

  /**
   * The header lines to go with a body that is passed on as it came; null when it has to be decoded.
   *
   * @param run whose client is to get it; null for none
   */
  function linesAsItCame({ value, own }, lines, run) {
    if (own && (run === null || !accepts(run, value))) return null;
    const claimed = combined(listFrom(lines), 'content-encoding');
    if (claimed === null) return `${lines}content-encoding\n${value}\n`;
    return claimed.toLowerCase() === value.toLowerCase() ? lines : null;
  }

  /** Whether the client of {@code run} says that it understands these content codings. */
  function accepts(run, value) {
    const accepted = (run.header('accept-encoding') ?? '').toLowerCase().split(',')
      .filter((one) => !/;\s*q=0(?:\.0*)?\s*$/.test(one)).map((one) => one.split(';')[0].trim());
    return value.toLowerCase().split(',').every((one) => accepted.includes(one.trim()));
  }

  function cloneBody(body) {
    if (body === null) return [null, null];
    if (body.kind === TEXT || (body.kind === BYTES && body.stream === null)) {
      if (body.stream === null) return [body, new Body(body.kind, body.data)];
    }
    const [one, two] = load('streams').teeBody(bodyStream(body));
    const first = new Body(STREAM, null);
    first.stream = one;
    const second = new Body(STREAM, null);
    second.stream = two;
    return [first, second];
  }

  /** The methods of a body for a class; {@code bodyOf} throws for objects of others. */
  const bodyMethods = (bodyOf, headersOf) => ({
    get body() {
      return bodyStream(bodyOf(this));
    },
    get bodyUsed() {
      return isUsed(bodyOf(this));
    },
    async arrayBuffer() {
      const bytes = await consume(bodyOf(this), false);
      return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
    },
    async blob() {
      const type = typeOf(headersOf(this));
      const bytes = await consume(bodyOf(this), false);
      return load('blobs').make(bytes, type);
    },
    async bytes() {
      return consume(bodyOf(this), false);
    },
    async formData() {
      const type = headersOf(this).get('content-type');
      const bytes = await consume(bodyOf(this), false);
      return load('forms').parse(bytes, type);
    },
    async json() {
      return parse(await consume(bodyOf(this), true));
    },
    async text() {
      return consume(bodyOf(this), true);
    },
  });

  /** The type of a blob made of a body with such headers. */
  function typeOf(headers) {
    const type = headers.get('content-type');
    return type === null ? '' : load('mime').serialized(type);
  }

  function mixIn(prototype, methods) {
    const properties = Object.getOwnPropertyDescriptors(methods);
    for (const name in properties) Object.defineProperty(prototype, name, properties[name]);
  }

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
      client: request.headers[$Headers].client,
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
      if (state.contentType !== null) state.headers[$Headers].list.push('content-type', state.contentType);
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

  function write(run, status, reason, headers, body) {
    if (body === null) {
      run.empty(status, reason, headers);
      return;
    }
    const coding = codingOf(body);
    const lines = coding === null ? headers : linesAsItCame(coding, headers, run);
    const native = lines === null ? 0 : nativeNumber(body);
    if (native > 0) {
      run.relay(status, reason, lines, native);
    } else if (body.stream !== null || body.kind === NATIVE) {
      const stream = bodyStream(body);
      const number = run.stream(status, reason, headers, load('streams').lengthOf(stream));
      if (number > 0) writeFrom(number, stream);
      else giveUp(load('streams').acquire(load('streams').stateOf(stream)), new TypeError('the reader has gone'));
    } else if (body.kind === TEXT) {
      run.text(status, reason, headers, body.data);
    } else {
      const [buffer, offset, length] = bytesOf(body.data);
      run.bytes(status, reason, headers, buffer, offset, length);
    }
    body.used = true;
  }

  /** The number of a body that nobody has touched, so that the host can pass it on; or 0. */
  function nativeNumber(body) {
    if (body.stream !== null) return load('streams').takeNative(body.stream);
    return body.kind === NATIVE ? body.data : 0;
  }

  // ---- streams that the host pulls

  const writers = withOwnMethods(new Map());

  function writeFrom(number, stream) {
    const streams = load('streams');
    const reader = streams.acquire(streams.stateOf(stream));
    writers.set(number, { number, reader, demand: 0, busy: false });
  }

  function pull(number, more) {
    const writer = writers.get(number);
    if (writer !== undefined) {
      writer.demand += more;
      if (!writer.busy) within(writer.reader.s.context, copy, writer);
    }
  }

  function stop(number) {
    const writer = writers.get(number);
    if (writer !== undefined) {
      writers.delete(number);
      within(writer.reader.s.context, giveUp, writer.reader, new TypeError('the reader has gone'));
    }
  }

  /** Calls what the host asks for in the asynchronous context of the stream that it is about. */
  function within(context, step, subject, detail) {
    if (context === null) step(subject, detail);
    else context.run(step, subject, detail);
  }

  function giveUp(reader, reason) {
    load('idl').handled(load('streams').cancelStream(reader.s, reason));
  }

  async function copy(writer) {
    writer.busy = true;
    const { number, reader } = writer;
    try {
      while (writer.demand > 0 && writers.has(number)) {
        const { done, value } = await load('streams').readPromise(reader);
        if (done) {
          writers.delete(number);
          bodies.end(number);
          return;
        }
        const bytes = bytesOf(value);
        if (bytes === undefined) throw new TypeError(`a body’s chunks are bytes, not ${describe(value)}`);
        if (bytes[2] > 0) {
          writer.demand--;
          bodies.write(number, bytes[0], bytes[1], bytes[2]);
        }
      }
    } catch (error) {
      writers.delete(number);
      giveUp(reader, error);
      host.print(3, `body: ${core.shown(error)}`);
      bodies.failWriting(number, `the body’s stream failed: ${messageOf(error)}`);
    }
    writer.busy = false;
  }

  function messageOf(error) {
    try {
      return `${error}`;
    } catch {
      return 'an error that cannot be shown';
    }
  }

  // ---- fetch

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
        if (body !== null && body.stream !== null && !body.stream.locked) load('idl').handled(body.stream.cancel(signal.reason));
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

  /** Gives a body, or null, to the host by {@code begin(kind, data, offset, length)}. */
  function handOver(body, begin) {
    if (body === null) return begin(NONE, null, 0, 0);
    if (codingOf(body) !== null) bodyStream(body);
    else {
      const native = nativeNumber(body);
      if (native > 0) return begin(NATIVE, native, 0, 0);
    }
    if (body.stream !== null) return begin(STREAM, null, 0, 0);
    if (body.kind === TEXT) return begin(TEXT, body.data, 0, 0);
    const [buffer, offset, length] = bytesOf(body.data);
    return begin(BYTES, buffer, offset, length);
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

  /** A body that is to be kept with a response's header lines: as it came, where that can be. */
  function asItCame(body, lines) {
    const coding = body === null ? null : codingOf(body);
    const whole = coding === null ? null : linesAsItCame(coding, lines, null);
    const native = whole === null ? 0 : nativeNumber(body);
    if (native === 0) return [body, lines];
    body.used = true;
    return [new Body(NATIVE, native), whole];
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

  const received = (number) => new Body(NATIVE, number);
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
    Headers, Request, Response, fetch, fetchThrough, bounded, redirected, hasBody, bodyAgain, withBody, incoming, send, pull, stop,
    arrived, abortable, local, withSocket, partsOfInput, partsOfResponse, asItCame, restored, extract, isUsed, isLocked, handOver, writeFrom, received, consume, bodyStream,
  };
});
