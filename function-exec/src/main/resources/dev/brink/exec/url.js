// URL and URLSearchParams; the parser itself is the host's.
(function (core) {
  'use strict';
  const { host } = core;
  const { expose, needed, isObject, usv, sequence, pairIterable } = core.load('idl');
  const HAS_HOST = 1;
  const HAS_QUERY = 2;
  const HAS_FRAGMENT = 4;
  const SIMPLE =
    /^https?:\/\/(?:(?!xn--)[a-z][a-z0-9-]*(?:\.(?!xn--)[a-z][a-z0-9-]*)*|(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?=\d)|(?=[:\/]))){4})(?::(?!80$|443$|80\/|443\/|0)(?:[1-5]?\d{1,4}|6[0-4]\d{3}))?\/(?!\.)(?:[\w~:@!$&()*+,;=-]|\/(?!\.)|\.(?![.\/])|%[0-9A-F]{2})*(?:\?[\w~:@!$&()*+,;=\/?.%-]*)?$/;
  const SPECIAL = new Set(['http', 'https', 'ws', 'wss', 'ftp']);

  let setQuery;
  let bindParams;
  let hrefOf;

  class URL {
    #parts;
    #lines;
    #href = null;
    #params = null;

    static {
      setQuery = (url, query) => {
        url.#adopt(host.setUrl(url.#lines, 'search', query));
      };
      hrefOf = (lines) => URL.#serialize(lines.split('\n'));
    }

    constructor(url, base = undefined) {
      needed('URL', arguments.length, 1);
      const text = `${url}`;
      const lines = parse(text, base);
      if (lines === null) throw new TypeError(`${JSON.stringify(text)} is not a valid URL`);
      this.#adopt(lines);
    }

    static canParse(url, base = undefined) {
      needed('canParse', arguments.length, 1);
      return parse(`${url}`, base) !== null;
    }

    static parse(url, base = undefined) {
      needed('parse', arguments.length, 1);
      const lines = parse(`${url}`, base);
      return lines === null ? null : new URL(hrefOf(lines));
    }

    static #serialize(parts) {
      const [flags, scheme, user, password, name, port, path, query, fragment] = parts;
      let href = `${scheme}:`;
      if (flags & HAS_HOST) {
        href += '//';
        if (user !== '' || password !== '') href += password === '' ? `${user}@` : `${user}:${password}@`;
        href += port === '' ? name : `${name}:${port}`;
      } else if (path.startsWith('//')) {
        href += '/.';
      }
      href += path;
      if (flags & HAS_QUERY) href += `?${query}`;
      if (flags & HAS_FRAGMENT) href += `#${fragment}`;
      return href;
    }

    #adopt(lines) {
      this.#lines = lines;
      this.#parts = lines.split('\n');
      this.#href = null;
    }

    #set(property, value) {
      this.#adopt(host.setUrl(this.#lines, property, usv(value)));
    }

    get href() {
      return (this.#href ??= URL.#serialize(this.#parts));
    }

    set href(value) {
      const lines = parse(String(value), undefined);
      if (lines === null) throw new TypeError(`${JSON.stringify(String(value))} is not a valid URL`);
      this.#adopt(lines);
      this.#refresh();
    }

    #refresh() {
      if (this.#params !== null) bindParams(this.#params, this, this.#parts[7]);
    }

    get origin() {
      const scheme = this.#parts[1];
      if (SPECIAL.has(scheme)) return `${scheme}://${this.host}`;
      if (scheme === 'blob') {
        const inner = parse(this.#parts[6], undefined);
        if (inner !== null && /^\d+\nhttps?\n/.test(inner)) return new URL(this.#parts[6]).origin;
      }
      return 'null';
    }

    get protocol() {
      return `${this.#parts[1]}:`;
    }

    set protocol(value) {
      this.#set('protocol', value);
    }

    get username() {
      return this.#parts[2];
    }

    set username(value) {
      this.#set('username', value);
    }

    get password() {
      return this.#parts[3];
    }

    set password(value) {
      this.#set('password', value);
    }

    get host() {
      return this.#parts[5] === '' ? this.#parts[4] : `${this.#parts[4]}:${this.#parts[5]}`;
    }

    set host(value) {
      this.#set('host', value);
    }

    get hostname() {
      return this.#parts[4];
    }

    set hostname(value) {
      this.#set('hostname', value);
    }

    get port() {
      return this.#parts[5];
    }

    set port(value) {
      this.#set('port', value);
    }

    get pathname() {
      return this.#parts[6];
    }

    set pathname(value) {
      this.#set('pathname', value);
    }

    get search() {
      return this.#parts[7] === '' ? '' : `?${this.#parts[7]}`;
    }

    set search(value) {
      this.#set('search', value);
      this.#refresh();
    }

    get searchParams() {
      if (this.#params === null) {
        this.#params = new URLSearchParams();
        bindParams(this.#params, this, this.#parts[7]);
      }
      return this.#params;
    }

    get hash() {
      return this.#parts[8] === '' ? '' : `#${this.#parts[8]}`;
    }

    set hash(value) {
      this.#set('hash', value);
    }

    toString() {
      return this.href;
    }

    toJSON() {
      return this.href;
    }
  }
  expose(URL);

  function parse(text, base) {
    if (base === undefined) return host.parseUrl(text.toWellFormed(), null);
    const lines = host.parseUrl(String(base).toWellFormed(), null);
    return lines === null ? null : host.parseUrl(text.toWellFormed(), lines);
  }

  /** The serialized form of what an HTTP request asked for. */
  function normalized(url) {
    if (SIMPLE.test(url)) return url;
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

  /** The serialized form of a URL that a request can go to. */
  function requestUrl(url) {
    if (SIMPLE.test(url)) return url;
    const lines = parse(url, base());
    if (lines === null) throw new TypeError(`${JSON.stringify(url)} is not a valid URL`);
    const [, , user, password] = lines.split('\n');
    if (user !== '' || password !== '') throw new TypeError('a request’s URL has no credentials');
    return hrefOf(lines);
  }

  // ---- application/x-www-form-urlencoded

  function decode(text) {
    const spaced = text.replaceAll('+', ' ');
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
    return encodeURIComponent(text)
      .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+');
  }

  function parsePairs(text) {
    const pairs = [];
    for (const part of text.split('&')) {
      if (part === '') continue;
      const at = part.indexOf('=');
      pairs.push(at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))]);
    }
    return pairs;
  }

  let isParams;
  let pairsOf;
  let textOf;

  class URLSearchParams {
    #pairs = [];
    #url = null;

    static {
      bindParams = (params, url, query) => {
        params.#url = url;
        params.#pairs = parsePairs(query);
      };
      isParams = (value) => isObject(value) && #pairs in value;
      pairsOf = (params) => params.#pairs;
      textOf = (params) => params.#text();
    }

    constructor(init = '') {
      if (!isObject(init)) {
        const text = usv(init);
        this.#pairs = parsePairs(text.startsWith('?') ? text.slice(1) : text);
        return;
      }
      const method = init[Symbol.iterator];
      if (method === undefined || method === null) {
        this.#fromRecord(init);
        return;
      }
      for (const pair of sequence('URLSearchParams: the argument', init)) {
        const both = sequence('URLSearchParams: an entry', pair);
        if (both.length !== 2) throw new TypeError('URLSearchParams: each entry must be a pair');
        this.#pairs.push([usv(both[0]), usv(both[1])]);
      }
    }

    #fromRecord(record) {
      const seen = new Map();
      for (const name of Reflect.ownKeys(record)) {
        const property = Reflect.getOwnPropertyDescriptor(record, name);
        if (property === undefined || !property.enumerable) continue;
        seen.set(usv(name), usv(record[name]));
      }
      this.#pairs = [...seen];
    }

    #text() {
      return this.#pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
    }

    #changed() {
      if (this.#url !== null) setQuery(this.#url, this.#text());
    }

    get size() {
      return this.#pairs.length;
    }

    append(name, value) {
      this.#pairs;
      needed('append', arguments.length, 2);
      this.#pairs.push([usv(name), usv(value)]);
      this.#changed();
    }

    delete(name, value = undefined) {
      this.#pairs;
      needed('delete', arguments.length, 1);
      const key = usv(name);
      const only = value === undefined ? undefined : usv(value);
      this.#pairs = this.#pairs.filter(([n, v]) => n !== key || (only !== undefined && v !== only));
      this.#changed();
    }

    get(name) {
      const pairs = this.#pairs;
      needed('get', arguments.length, 1);
      const key = usv(name);
      const found = pairs.find(([n]) => n === key);
      return found === undefined ? null : found[1];
    }

    getAll(name) {
      const pairs = this.#pairs;
      needed('getAll', arguments.length, 1);
      const key = usv(name);
      return pairs.filter(([n]) => n === key).map(([, v]) => v);
    }

    has(name, value = undefined) {
      const pairs = this.#pairs;
      needed('has', arguments.length, 1);
      const key = usv(name);
      const only = value === undefined ? undefined : usv(value);
      return pairs.some(([n, v]) => n === key && (only === undefined || v === only));
    }

    set(name, value) {
      this.#pairs;
      needed('set', arguments.length, 2);
      const key = usv(name);
      const text = usv(value);
      const first = this.#pairs.find(([n]) => n === key);
      if (first === undefined) {
        this.#pairs.push([key, text]);
      } else {
        first[1] = text;
        this.#pairs = this.#pairs.filter((pair) => pair === first || pair[0] !== key);
      }
      this.#changed();
    }

    sort() {
      this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#changed();
    }

    toString() {
      return this.#text();
    }
  }
  expose(URLSearchParams);
  pairIterable(URLSearchParams, 'URLSearchParams', (params, at) => pairsOf(params)[at]);

  return { URL, URLSearchParams, normalized, requestUrl, absolute, parsePairs, isParams, textOf };
});
