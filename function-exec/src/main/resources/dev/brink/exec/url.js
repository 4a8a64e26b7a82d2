// URL and URLSearchParams; the parser itself is the host's.
(function (core) {
  'use strict';
  const { host, slots } = core;
  const { expose, needed, isObject, usv, sequence, pairIterable } = core.load('idl');
  const HAS_HOST = 1;
  const HAS_QUERY = 2;
  const HAS_FRAGMENT = 4;
  const OPAQUE = 8;
  /** What application/x-www-form-urlencoded changes. */
  const CHANGED = /[^\w*.-]/;
  /** And what it has no sign for. */
  const ESCAPED = /[^\w*. -]/;
  const { apply, ownKeys } = Reflect;
  const { propertyIsEnumerable: isEnumerable } = Object.prototype;
  const SPECIAL = new Set(['http', 'https', 'ws', 'wss', 'ftp']);

  /** In the place of a URL: what follows it is one that is parsed. No function can have it. */
  const PARSED = {};
  const $URL = slots('URL');

  class URL {
    [$URL] = { parts: undefined, lines: undefined, href: null, params: null };

    constructor(url, base = undefined) {
      if (url === PARSED) {
        adopt(this, base);
        return;
      }
      needed('URL', arguments.length, 1);
      const text = `${url}`;
      const lines = parse(text, base);
      if (lines === null) throw new TypeError(`${JSON.stringify(text)} is not a valid URL`);
      adopt(this, lines);
    }

    static canParse(url, base = undefined) {
      needed('canParse', arguments.length, 1);
      return parse(`${url}`, base) !== null;
    }

    static parse(url, base = undefined) {
      needed('parse', arguments.length, 1);
      const lines = parse(`${url}`, base);
      return lines === null ? null : new URL(PARSED, lines);
    }

    get href() {
      return (this[$URL].href ??= serialize(this[$URL].parts));
    }

    set href(value) {
      const lines = parse(String(value), undefined);
      if (lines === null) throw new TypeError(`${JSON.stringify(String(value))} is not a valid URL`);
      adopt(this, lines);
      refreshParams(this);
    }

    get origin() {
      const scheme = this[$URL].parts[1];
      if (SPECIAL.has(scheme)) return `${scheme}://${this.host}`;
      if (scheme === 'blob') {
        const inner = parse(this[$URL].parts[6], undefined);
        if (inner !== null && /^\d+\nhttps?\n/.test(inner)) return new URL(this[$URL].parts[6]).origin;
      }
      return 'null';
    }

    get protocol() {
      return `${this[$URL].parts[1]}:`;
    }

    set protocol(value) {
      setPart(this, 'protocol', value);
    }

    get username() {
      return this[$URL].parts[2];
    }

    set username(value) {
      setPart(this, 'username', value);
    }

    get password() {
      return this[$URL].parts[3];
    }

    set password(value) {
      setPart(this, 'password', value);
    }

    get host() {
      return this[$URL].parts[5] === '' ? this[$URL].parts[4] : `${this[$URL].parts[4]}:${this[$URL].parts[5]}`;
    }

    set host(value) {
      setPart(this, 'host', value);
    }

    get hostname() {
      return this[$URL].parts[4];
    }

    set hostname(value) {
      setPart(this, 'hostname', value);
    }

    get port() {
      return this[$URL].parts[5];
    }

    set port(value) {
      setPart(this, 'port', value);
    }

    get pathname() {
      return this[$URL].parts[6];
    }

    set pathname(value) {
      const state = this[$URL];
      const text = usv(value);
      const path = SPECIAL.has(state.parts[1]) ? host.urlPath(text) : null;
      if (path !== null) replacePart(state, 6, path);
      else adopt(this, host.setUrl(linesOf(state), 'pathname', text));
    }

    get search() {
      return this[$URL].parts[7] === '' ? '' : `?${this[$URL].parts[7]}`;
    }

    set search(value) {
      setPart(this, 'search', value);
      refreshParams(this);
    }

    get searchParams() {
      if (this[$URL].params === null) {
        this[$URL].params = new URLSearchParams();
        bindParams(this[$URL].params, this, this[$URL].parts[7]);
      }
      return this[$URL].params;
    }

    get hash() {
      return this[$URL].parts[8] === '' ? '' : `#${this[$URL].parts[8]}`;
    }

    set hash(value) {
      setPart(this, 'hash', value);
    }

    toString() {
      this[$URL].parts;
      return this.href;
    }

    toJSON() {
      this[$URL].parts;
      return this.href;
    }
  }
  expose(URL);

  /** The record as the host has it. */
  function linesOf(state) {
    return (state.lines ??= state.parts.join('\n'));
  }

  /** Has one part of the record replaced by what the parser would have made the same. */
  function replacePart(state, at, text) {
    state.parts[at] = text;
    state.lines = null;
    state.href = null;
  }

  /** Sets a query that is urlencoded, in which the parser would change nothing. */
  function setQuery(url, query) {
    const state = url[$URL];
    const flags = +state.parts[0];
    if (flags & OPAQUE) {
      adopt(url, host.setUrl(linesOf(state), 'search', query));
      return;
    }
    state.parts[0] = String(query === '' ? flags & ~HAS_QUERY : flags | HAS_QUERY);
    replacePart(state, 7, query);
  }

  function hrefOf(lines) {
    return serialize(lines.split('\n'));
  }

  function serialize(parts) {
    const flags = parts[0];
    let href = `${parts[1]}:`;
    if (flags & HAS_HOST) {
      const user = parts[2];
      const password = parts[3];
      href += '//';
      if (user !== '' || password !== '') href += password === '' ? `${user}@` : `${user}:${password}@`;
      href += parts[5] === '' ? parts[4] : `${parts[4]}:${parts[5]}`;
    } else if (parts[6].startsWith('//')) {
      href += '/.';
    }
    href += parts[6];
    if (flags & HAS_QUERY) href += `?${parts[7]}`;
    if (flags & HAS_FRAGMENT) href += `#${parts[8]}`;
    return href;
  }

  function adopt(self, lines) {
    const state = self[$URL];
    state.lines = lines;
    state.parts = lines.split('\n');
    state.href = null;
  }

  function setPart(self, property, value) {
    adopt(self, host.setUrl(linesOf(self[$URL]), property, usv(value)));
  }

  function refreshParams(self) {
    if (self[$URL].params !== null) bindParams(self[$URL].params, self, self[$URL].parts[7]);
  }

  function parse(text, base) {
    if (base === undefined) return host.parseUrl(text.toWellFormed(), null);
    const lines = host.parseUrl(String(base).toWellFormed(), null);
    return lines === null ? null : host.parseUrl(text.toWellFormed(), lines);
  }

  /** The serialized form of what an HTTP request asked for. */
  function normalized(url) {
    const lines = host.parseUrl(url.toWellFormed(), null);
    return lines === null ? url : hrefOf(lines);
  }

  /** What relative URLs of requests go by: the {@code location} that a function may have given itself. */
  function base() {
    const location = Object.getOwnPropertyDescriptor(globalThis, 'location')?.value;
    return location === undefined || location === null ? undefined : location.href;
  }

  /** A URL in its serialized form, relative ones by the function's location; null for none. */
  function absolute(url) {
    const lines = parse(url, base());
    return lines === null ? null : hrefOf(lines);
  }

  /** The parts of a URL, as the host lists them: flags, scheme, user, password, host, port, path, query and fragment. */
  function partsOf(text, base) {
    const lines = parse(text, base);
    return lines === null ? null : lines.split('\n');
  }

  /** The serialized form of a URL that a request can go to. */
  function requestUrl(url) {
    if (host.isNormalUrl(url)) return url;
    const lines = parse(url, base());
    if (lines === null) throw new TypeError(`${JSON.stringify(url)} is not a valid URL`);
    const parts = lines.split('\n');
    if (parts[2] !== '' || parts[3] !== '') throw new TypeError('a request’s URL has no credentials');
    return serialize(parts);
  }

  // ---- application/x-www-form-urlencoded

  function decode(text) {
    const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
    if (!spaced.includes('%')) return spaced;
    try {
      return decodeURIComponent(spaced);
    } catch {
      return lenient(spaced);
    }
  }

  /** Decodes what {@code decodeURIComponent} refuses: stray percent signs and bytes that are not UTF-8. */
  function lenient(text) {
    const from = core.load('encoding').utf8Encode(text);
    const to = [];
    for (let i = 0; i < from.length; i++) {
      const code = from[i] === 0x25 && i + 2 < from.length ? hex(from[i + 1], from[i + 2]) : -1;
      if (code >= 0) {
        to.push(code);
        i += 2;
      } else {
        to.push(from[i]);
      }
    }
    return new core.Decoder('utf-8', { ignoreBOM: true }).decode(new core.Bytes(to));
  }

  function hex(high, low) {
    const text = String.fromCharCode(high, low);
    return /^[0-9a-fA-F]{2}$/.test(text) ? parseInt(text, 16) : -1;
  }

  function encode(text) {
    if (!CHANGED.test(text)) return text;
    return ESCAPED.test(text) ? host.formEncoded(text) : text.replaceAll(' ', '+');
  }

  function parsePairs(text) {
    const pairs = [];
    if (text === '') return pairs;
    const parts = text.split('&');
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (part === '') continue;
      const at = part.indexOf('=');
      pairs.push(at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))]);
    }
    return pairs;
  }

  const $URLSearchParams = slots('URLSearchParams');

  class URLSearchParams {
    [$URLSearchParams] = { pairs: [], url: null };

    constructor(init = '') {
      if (!isObject(init)) {
        const text = usv(init);
        this[$URLSearchParams].pairs = parsePairs(text.startsWith('?') ? text.slice(1) : text);
        return;
      }
      const method = init[Symbol.iterator];
      if (method === undefined || method === null) {
        pairsFromRecord(this, init);
        return;
      }
      for (const pair of sequence('URLSearchParams: the argument', init)) {
        const both = sequence('URLSearchParams: an entry', pair);
        if (both.length !== 2) throw new TypeError('URLSearchParams: each entry must be a pair');
        this[$URLSearchParams].pairs.push([usv(both[0]), usv(both[1])]);
      }
    }

    get size() {
      return this[$URLSearchParams].pairs.length;
    }

    append(name, value) {
      this[$URLSearchParams].pairs;
      needed('append', arguments.length, 2);
      this[$URLSearchParams].pairs.push([usv(name), usv(value)]);
      paramsChanged(this);
    }

    delete(name, value = undefined) {
      this[$URLSearchParams].pairs;
      needed('delete', arguments.length, 1);
      const key = usv(name);
      const only = value === undefined ? undefined : usv(value);
      this[$URLSearchParams].pairs = this[$URLSearchParams].pairs.filter((pair) => pair[0] !== key || (only !== undefined && pair[1] !== only));
      paramsChanged(this);
    }

    get(name) {
      const pairs = this[$URLSearchParams].pairs;
      needed('get', arguments.length, 1);
      const key = usv(name);
      for (let i = 0; i < pairs.length; i++) if (pairs[i][0] === key) return pairs[i][1];
      return null;
    }

    getAll(name) {
      const pairs = this[$URLSearchParams].pairs;
      needed('getAll', arguments.length, 1);
      const key = usv(name);
      return pairs.filter((pair) => pair[0] === key).map((pair) => pair[1]);
    }

    has(name, value = undefined) {
      const pairs = this[$URLSearchParams].pairs;
      needed('has', arguments.length, 1);
      const key = usv(name);
      const only = value === undefined ? undefined : usv(value);
      return pairs.some((pair) => pair[0] === key && (only === undefined || pair[1] === only));
    }

    set(name, value) {
      this[$URLSearchParams].pairs;
      needed('set', arguments.length, 2);
      const key = usv(name);
      const text = usv(value);
      const first = this[$URLSearchParams].pairs.find((pair) => pair[0] === key);
      if (first === undefined) {
        this[$URLSearchParams].pairs.push([key, text]);
      } else {
        first[1] = text;
        this[$URLSearchParams].pairs = this[$URLSearchParams].pairs.filter((pair) => pair === first || pair[0] !== key);
      }
      paramsChanged(this);
    }

    sort() {
      this[$URLSearchParams].pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
      paramsChanged(this);
    }

    toString() {
      return textOf(this);
    }
  }
  expose(URLSearchParams);
  pairIterable(URLSearchParams, 'URLSearchParams', (params, at) => pairsOf(params)[at]);

  function bindParams(params, url, query) {
    params[$URLSearchParams].url = url;
    params[$URLSearchParams].pairs = parsePairs(query);
  }

  function pairsOf(params) {
    return params[$URLSearchParams].pairs;
  }

  function pairsFromRecord(self, record) {
    const pairs = [];
    const keys = ownKeys(record);
    let changed = false;
    for (let i = 0; i < keys.length; i++) {
      const name = keys[i];
      if (!apply(isEnumerable, record, [name])) continue;
      const key = usv(name);
      changed ||= key !== name;
      pairs[pairs.length] = [key, usv(record[name])];
    }
    // Names that differ in lone surrogates alone are one.
    self[$URLSearchParams].pairs = changed ? [...new Map(pairs)] : pairs;
  }

  function textOf(self) {
    const { pairs } = self[$URLSearchParams];
    let text = '';
    for (let i = 0; i < pairs.length; i++) {
      const pair = pairs[i];
      text += i === 0 ? `${encode(pair[0])}=${encode(pair[1])}` : `&${encode(pair[0])}=${encode(pair[1])}`;
    }
    return text;
  }

  function paramsChanged(self) {
    if (self[$URLSearchParams].url !== null) setQuery(self[$URLSearchParams].url, textOf(self));
  }

  return { URL, URLSearchParams, normalized, requestUrl, absolute, partsOf, parsePairs, textOf };
});
