// URL and URLSearchParams; the parser itself is the host's.
(function (core) {
  'use strict';
  const { host } = core;
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

    constructor(url, base) {
      if (arguments.length === 0) throw new TypeError('URL: 1 argument needed');
      const lines = parse(String(url), base);
      if (lines === null) throw new TypeError(`${JSON.stringify(String(url))} is not a valid URL`);
      this.#adopt(lines);
    }

    static canParse(url, base) {
      return parse(String(url), base) !== null;
    }

    static parse(url, base) {
      return URL.canParse(url, base) ? new URL(url, base) : null;
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
      this.#adopt(host.setUrl(this.#lines, property, String(value)));
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

    get [Symbol.toStringTag]() {
      return 'URL';
    }
  }

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

  /** The serialized form of an absolute URL that a request can go to. */
  function requestUrl(url) {
    if (SIMPLE.test(url)) return url;
    const lines = host.parseUrl(url.toWellFormed(), null);
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

  const scalar = (value) => String(value).toWellFormed();

  class URLSearchParams {
    #pairs = [];
    #url = null;

    static {
      bindParams = (params, url, query) => {
        params.#url = url;
        params.#pairs = parsePairs(query);
      };
    }

    constructor(init) {
      if (init === undefined) return;
      if (init !== null && (typeof init === 'object' || typeof init === 'function')) {
        if (#pairs in init && init[Symbol.iterator] === URLSearchParams.prototype.entries) {
          this.#pairs = init.#pairs.map(([name, value]) => [name, value]);
        } else if (init[Symbol.iterator] !== undefined && init[Symbol.iterator] !== null) {
          for (const pair of init) {
            const both = [...pair];
            if (both.length !== 2) throw new TypeError('URLSearchParams: each entry must be a pair');
            this.#pairs.push([scalar(both[0]), scalar(both[1])]);
          }
        } else {
          this.#fromRecord(init);
        }
        return;
      }
      const text = scalar(init);
      this.#pairs = parsePairs(text.startsWith('?') ? text.slice(1) : text);
    }

    #fromRecord(record) {
      const seen = new Map();
      for (const name of Reflect.ownKeys(record)) {
        const property = Reflect.getOwnPropertyDescriptor(record, name);
        if (property === undefined || !property.enumerable) continue;
        if (typeof name === 'symbol') throw new TypeError('URLSearchParams: a name is a symbol');
        seen.set(scalar(name), scalar(record[name]));
      }
      this.#pairs = [...seen];
    }

    #changed() {
      if (this.#url !== null) setQuery(this.#url, this.toString());
    }

    get size() {
      return this.#pairs.length;
    }

    append(name, value) {
      if (arguments.length < 2) throw new TypeError('append: 2 arguments needed');
      this.#pairs.push([scalar(name), scalar(value)]);
      this.#changed();
    }

    delete(name, value) {
      const key = scalar(name);
      const only = value === undefined ? undefined : scalar(value);
      this.#pairs = this.#pairs.filter(([n, v]) => n !== key || (only !== undefined && v !== only));
      this.#changed();
    }

    get(name) {
      const key = scalar(name);
      const found = this.#pairs.find(([n]) => n === key);
      return found === undefined ? null : found[1];
    }

    getAll(name) {
      const key = scalar(name);
      return this.#pairs.filter(([n]) => n === key).map(([, v]) => v);
    }

    has(name, value) {
      const key = scalar(name);
      const only = value === undefined ? undefined : scalar(value);
      return this.#pairs.some(([n, v]) => n === key && (only === undefined || v === only));
    }

    set(name, value) {
      if (arguments.length < 2) throw new TypeError('set: 2 arguments needed');
      const key = scalar(name);
      const first = this.#pairs.find(([n]) => n === key);
      if (first === undefined) {
        this.#pairs.push([key, scalar(value)]);
      } else {
        first[1] = scalar(value);
        this.#pairs = this.#pairs.filter((pair) => pair === first || pair[0] !== key);
      }
      this.#changed();
    }

    sort() {
      this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#changed();
    }

    forEach(callback, thisArg) {
      if (typeof callback !== 'function') throw new TypeError('forEach: the callback is not a function');
      for (let i = 0; i < this.#pairs.length; i++) {
        Reflect.apply(callback, thisArg, [this.#pairs[i][1], this.#pairs[i][0], this]);
      }
    }

    *#iterate(pick) {
      for (let i = 0; i < this.#pairs.length; i++) yield pick(this.#pairs[i]);
    }

    entries() {
      return this.#iterate(([name, value]) => [name, value]);
    }

    keys() {
      return this.#iterate((pair) => pair[0]);
    }

    values() {
      return this.#iterate((pair) => pair[1]);
    }

    toString() {
      return this.#pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
    }

    get [Symbol.toStringTag]() {
      return 'URLSearchParams';
    }
  }
  Object.defineProperty(URLSearchParams.prototype, Symbol.iterator, {
    value: URLSearchParams.prototype.entries, writable: true, enumerable: false, configurable: true,
  });

  return { URL, URLSearchParams, normalized, requestUrl };
});
