// URLPattern: the URL Pattern Standard.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { expose, isObject, usv } = load('idl');
  const { URL } = load('url');
  const SPECIAL = ['http', 'https', 'ws', 'wss', 'ftp', 'file'];
  const DEFAULT_PORTS = { http: '80', https: '443', ws: '80', wss: '443', ftp: '21' };
  const COMPONENTS = ['protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'search', 'hash'];
  /** The same, by how often they tell patterns apart. */
  const BY_WEIGHT = ['pathname', 'hostname', 'protocol', 'port', 'search', 'hash', 'username', 'password'];
  const NAME_START = /[$_\p{ID_Start}]/u;
  const NAME_PART = /[$_\u200c\u200d\p{ID_Continue}]/u;
  const FULL_WILDCARD = '.*';
  const NONE = '';
  const PLAIN = { delimiter: NONE, prefix: NONE };
  const HOSTNAME = { delimiter: '.', prefix: NONE };
  const PATHNAME = { delimiter: '/', prefix: '/' };

  const wrong = (why) => new TypeError(`URLPattern: ${why}`);

  // ---- tokens

  /** Splits a pattern into { type, at, value }. */
  function tokenize(input, lenient) {
    const points = Array.from(input);
    const tokens = [];
    let at = 0;
    const add = (type, end, value) => {
      tokens.push({ type, at, value });
      at = end;
    };
    const bad = (end) => {
      if (!lenient) throw wrong(`a character out of place in ${JSON.stringify(input)}`);
      add('invalid', end, points.slice(at, end).join(''));
    };
    while (at < points.length) {
      const c = points[at];
      if (c === '*') add('asterisk', at + 1, c);
      else if (c === '+' || c === '?') add('modifier', at + 1, c);
      else if (c === '{') add('open', at + 1, c);
      else if (c === '}') add('close', at + 1, c);
      else if (c === '\\') {
        if (at === points.length - 1) bad(at + 1);
        else add('escaped', at + 2, points[at + 1]);
      } else if (c === ':') {
        let end = at + 1;
        while (end < points.length && (end === at + 1 ? NAME_START : NAME_PART).test(points[end])) end++;
        if (end === at + 1) bad(end);
        else add('name', end, points.slice(at + 1, end).join(''));
      } else if (c === '(') {
        const end = groupEnd(points, at);
        if (end < 0) bad(at + 1);
        else add('regexp', end, points.slice(at + 1, end - 1).join(''));
      } else {
        add('char', at + 1, c);
      }
    }
    tokens.push({ type: 'end', at, value: '' });
    return tokens;
  }

  /** Where the group that opens at {@code at} ends; -1 for a malformed one. */
  function groupEnd(points, at) {
    let depth = 1;
    for (let i = at + 1; i < points.length; i++) {
      const c = points[i];
      if (c.codePointAt(0) > 0x7f || (i === at + 1 && c === '?')) return -1;
      if (c === '\\') {
        if (++i >= points.length || points[i].codePointAt(0) > 0x7f) return -1;
      } else if (c === ')') {
        if (--depth === 0) return i === at + 1 ? -1 : i + 1;
      } else if (c === '(') {
        depth++;
        if (points[i + 1] !== '?') return -1;
      }
    }
    return -1;
  }

  // ---- parts: { type: fixed | regexp | segment | full, value, modifier, name, prefix, suffix }

  function parseParts(input, { delimiter, prefix: prefixChar }, encode) {
    const tokens = tokenize(input, false);
    const segment = segmentOf(delimiter);
    const parts = [];
    const names = new Set();
    let at = 0;
    let pending = '';
    let nextName = 0;
    const consume = (type) => (tokens[at].type === type ? tokens[at++] : null);
    const modifierOf = () => (consume('modifier') ?? consume('asterisk'))?.value ?? NONE;
    const flush = () => {
      if (pending === '') return;
      parts.push({ type: 'fixed', value: encode(pending), modifier: NONE, name: '', prefix: '', suffix: '' });
      pending = '';
    };
    const text = () => {
      let out = '';
      for (let token; (token = consume('char') ?? consume('escaped')) !== null; ) out += token.value;
      return out;
    };
    const addPart = (prefix, nameToken, matcher, suffix, modifier) => {
      if (nameToken === null && matcher === null && modifier === NONE) {
        pending += prefix;
        return;
      }
      flush();
      if (nameToken === null && matcher === null) {
        if (prefix !== '') parts.push({ type: 'fixed', value: encode(prefix), modifier, name: '', prefix: '', suffix: '' });
        return;
      }
      let value = matcher === null ? segment : matcher.type === 'asterisk' ? FULL_WILDCARD : matcher.value;
      let type = 'regexp';
      if (value === segment) type = 'segment';
      else if (value === FULL_WILDCARD) type = 'full';
      if (type !== 'regexp') value = '';
      const name = nameToken === null ? `${nextName++}` : nameToken.value;
      if (names.has(name)) throw wrong(`two groups are called ${name}`);
      names.add(name);
      parts.push({ type, value, modifier, name, prefix: encode(prefix), suffix: encode(suffix) });
    };
    while (at < tokens.length) {
      const char = consume('char');
      const name = consume('name');
      const matcher = consume('regexp') ?? (name === null ? consume('asterisk') : null);
      if (name !== null || matcher !== null) {
        let prefix = char === null ? '' : char.value;
        if (prefix !== '' && prefix !== prefixChar) {
          pending += prefix;
          prefix = '';
        }
        flush();
        addPart(prefix, name, matcher, '', modifierOf());
        continue;
      }
      const fixed = char ?? consume('escaped');
      if (fixed !== null) {
        pending += fixed.value;
        continue;
      }
      if (consume('open') !== null) {
        const prefix = text();
        const inner = consume('name');
        const match = consume('regexp') ?? (inner === null ? consume('asterisk') : null);
        const suffix = text();
        if (consume('close') === null) throw wrong(`a group of ${JSON.stringify(input)} does not end`);
        addPart(prefix, inner, match, suffix, modifierOf());
        continue;
      }
      flush();
      if (consume('end') === null) throw wrong(`a character out of place in ${JSON.stringify(input)}`);
    }
    return parts;
  }

  const escapeRegExp = (text) => text.replace(/[.+*?^${}()[\]|/\\]/g, '\\$&');
  const escapePattern = (text) => text.replace(/[+*?:{}()\\]/g, '\\$&');

  function segmentOf(delimiter) {
    return `[^${escapeRegExp(delimiter)}]+?`;
  }

  function regExpOf(parts, options) {
    const segment = segmentOf(options.delimiter);
    const names = [];
    let out = '^';
    for (const { type, value, modifier, name, prefix, suffix } of parts) {
      if (type === 'fixed') {
        out += modifier === NONE ? escapeRegExp(value) : `(?:${escapeRegExp(value)})${modifier}`;
        continue;
      }
      names.push(name);
      const inner = type === 'segment' ? segment : type === 'full' ? FULL_WILDCARD : value;
      const before = escapeRegExp(prefix);
      const after = escapeRegExp(suffix);
      if (before === '' && after === '') {
        out += modifier === NONE || modifier === '?' ? `(${inner})${modifier}` : `((?:${inner})${modifier})`;
      } else if (modifier === NONE || modifier === '?') {
        out += `(?:${before}(${inner})${after})${modifier}`;
      } else {
        out += `(?:${before}((?:${inner})(?:${after}${before}(?:${inner}))*)${after})${modifier === '*' ? '?' : ''}`;
      }
    }
    return [`${out}$`, names];
  }

  /** The pattern in its normal form. */
  function stringOf(parts, { delimiter, prefix: prefixChar }) {
    const segment = segmentOf(delimiter);
    let out = '';
    parts.forEach((part, i) => {
      const { type, value, modifier, name, prefix, suffix } = part;
      const before = parts[i - 1];
      const after = parts[i + 1];
      if (type === 'fixed') {
        out += modifier === NONE ? escapePattern(value) : `{${escapePattern(value)}}${modifier}`;
        return;
      }
      const custom = !/^[0-9]/.test(name);
      let grouping = suffix !== '' || (prefix !== '' && prefix !== prefixChar);
      if (!grouping && custom && type === 'segment' && modifier === NONE && after !== undefined && after.prefix === '' && after.suffix === '') {
        grouping = after.type === 'fixed' ? NAME_PART.test(Array.from(after.value)[0] ?? '') : /^[0-9]/.test(after.name);
      }
      if (!grouping && prefix === '' && before !== undefined && before.type === 'fixed') {
        grouping = before.value.at(-1) === prefixChar && prefixChar !== '';
      }
      if (grouping) out += '{';
      out += escapePattern(prefix);
      if (custom) out += `:${name}`;
      if (type === 'regexp') out += `(${value})`;
      else if (type === 'segment' && !custom) out += `(${segment})`;
      else if (type === 'full') {
        const bare = !custom && (before === undefined || before.type === 'fixed' || before.modifier !== NONE || grouping || prefix !== '');
        out += bare ? '*' : `(${FULL_WILDCARD})`;
      }
      if (type === 'segment' && custom && suffix !== '' && NAME_PART.test(Array.from(suffix)[0])) out += '\\';
      out += escapePattern(suffix);
      if (grouping) out += '}';
      out += modifier;
    });
    return out;
  }

  // ---- canonical forms

  function setOn(base, property, value) {
    const url = new URL(base);
    url[property] = value;
    return url[property];
  }

  const canonical = {
    protocol(value) {
      if (value === '') return '';
      const url = URL.parse(`${value}://dummy.invalid`);
      if (url === null || /[/?#]/.test(value)) throw wrong(`protocol: ${value}`);
      return url.protocol.slice(0, -1);
    },
    username: (value) => setOn('https://dummy.invalid', 'username', value),
    password: (value) => setOn('https://dummy.invalid', 'password', value),
    hostname(value) {
      if (value === '') return '';
      if (/[\0\t\n\r #%/:<>?@[\\\]^|]/.test(value) && !/^\[.*\]$/.test(value)) {
        if (!/[\t\n\r]/.test(value) && !/^[^/?#\\]*[/?#\\]/.test(value)) throw wrong(`hostname: ${value}`);
      }
      const set = setOn('https://dummy.invalid', 'hostname', value);
      if (set === 'dummy.invalid' && value !== set) throw wrong(`hostname: ${value}`);
      return set;
    },
    ipv6(value) {
      if (/[^0-9a-fA-F[\]:]/.test(value)) throw wrong(`hostname: ${value}`);
      return value.toLowerCase();
    },
    port(value, protocol) {
      if (value === '') return '';
      if (!/^[\t\n\r]*[0-9]/.test(value)) throw wrong(`port: ${value}`);
      const digits = /^[0-9]+/.exec(value.replace(/[\t\n\r]/g, ''))[0];
      if (+digits > 65535) throw wrong(`port: ${value}`);
      return DEFAULT_PORTS[protocol] === `${+digits}` ? '' : `${+digits}`;
    },
    pathname(value) {
      if (value === '') return '';
      const relative = value[0] !== '/';
      const set = setOn('https://dummy.invalid', 'pathname', relative ? `/-${value}` : value);
      return relative ? set.slice(2) : set;
    },
    opaque(value) {
      if (value === '') return '';
      const url = URL.parse(`data:${value.replace(/\?/g, '%3F').replace(/#/g, '%23')}`);
      return url === null ? value : url.pathname;
    },
    search: (value) => (value === '' ? '' : setOn('https://dummy.invalid', 'search', value).slice(1)),
    hash: (value) => (value === '' ? '' : setOn('https://dummy.invalid', 'hash', value).slice(1)),
  };

  const isSpecial = (protocol) => SPECIAL.includes(protocol);

  // ---- inits

  /** Members of an init, completed by its base URL, and canonical when it is no pattern. */
  function processInit(init, pattern) {
    const result = {};
    const initial = (name) => {
      if (!pattern) result[name] = '';
    };
    COMPONENTS.forEach(initial);
    let base = null;
    if (init.baseURL !== undefined) {
      base = URL.parse(init.baseURL);
      if (base === null) throw wrong(`baseURL: ${init.baseURL}`);
      const escaped = (text) => (pattern ? escapePattern(text) : text);
      const has = (...names) => names.some((name) => init[name] !== undefined);
      if (!has('protocol')) result.protocol = escaped(base.protocol.slice(0, -1));
      if (!pattern && !has('protocol', 'hostname', 'port', 'username')) result.username = base.username;
      if (!pattern && !has('protocol', 'hostname', 'port', 'username', 'password')) result.password = base.password;
      if (!has('protocol', 'hostname')) result.hostname = escaped(base.hostname);
      if (!has('protocol', 'hostname', 'port')) result.port = base.port;
      if (!has('protocol', 'hostname', 'port', 'pathname')) result.pathname = escaped(base.pathname);
      if (!has('protocol', 'hostname', 'port', 'pathname', 'search')) result.search = escaped(base.search.slice(1));
      if (!has('protocol', 'hostname', 'port', 'pathname', 'search', 'hash')) result.hash = escaped(base.hash.slice(1));
    }
    const keep = (name, value) => {
      result[name] = value;
    };
    if (init.protocol !== undefined) {
      const value = init.protocol.replace(/:$/, '');
      keep('protocol', pattern ? value : canonical.protocol(value));
    }
    for (const name of ['username', 'password']) {
      if (init[name] !== undefined) keep(name, pattern ? init[name] : canonical[name](init[name]));
    }
    if (init.hostname !== undefined) keep('hostname', pattern ? init.hostname : canonical.hostname(init.hostname));
    const protocol = result.protocol ?? '';
    if (init.port !== undefined) keep('port', pattern ? init.port : canonical.port(init.port, protocol));
    if (init.pathname !== undefined) keep('pathname', pathnameOf(init.pathname, base, protocol, pattern));
    if (init.search !== undefined) {
      const value = init.search.replace(/^\?/, '');
      keep('search', pattern ? value : canonical.search(value));
    }
    if (init.hash !== undefined) {
      const value = init.hash.replace(/^#/, '');
      keep('hash', pattern ? value : canonical.hash(value));
    }
    return result;
  }

  function pathnameOf(given, base, protocol, pattern) {
    let value = given;
    const opaqueBase = base !== null && !base.pathname.startsWith('/');
    if (base !== null && !opaqueBase && !isAbsolute(value, pattern)) {
      const path = pattern ? escapePattern(base.pathname) : base.pathname;
      const slash = path.lastIndexOf('/');
      if (slash >= 0) value = path.slice(0, slash + 1) + value;
    }
    if (pattern) return value;
    return protocol === '' || isSpecial(protocol) ? canonical.pathname(value) : canonical.opaque(value);
  }

  function isAbsolute(path, pattern) {
    if (path === '') return false;
    if (path[0] === '/') return true;
    return pattern && path.length > 1 && (path.startsWith('\\/') || path.startsWith('{/'));
  }

  // ---- constructor strings

  function parseConstructorString(input) {
    const tokens = tokenize(input, true);
    const result = {};
    const points = Array.from(input);
    let at = 0;
    let start = 0;
    let increment = 1;
    let depth = 0;
    let brackets = 0;
    let special = false;
    let state = 'init';
    const safe = (i) => tokens[i] ?? tokens[tokens.length - 1];
    const is = (i, value) => {
      const token = safe(i);
      return token.value === value && (token.type === 'char' || token.type === 'escaped' || token.type === 'invalid');
    };
    const component = () => points.slice(tokens[start].at, safe(at).at).join('');
    const change = (next, skip) => {
      if (state !== 'init' && state !== 'authority' && state !== 'done') result[state] = component();
      if (state !== 'init' && next !== 'done') {
        if (['protocol', 'authority', 'username', 'password'].includes(state) && ['port', 'pathname', 'search', 'hash'].includes(next)) result.hostname ??= '';
        if (['protocol', 'authority', 'username', 'password', 'hostname', 'port'].includes(state) && ['search', 'hash'].includes(next)) {
          result.pathname ??= special ? '/' : '';
        }
        if (['protocol', 'authority', 'username', 'password', 'hostname', 'port', 'pathname'].includes(state) && next === 'hash') result.search ??= '';
      }
      state = next;
      at += skip;
      start = at;
      increment = 0;
    };
    const rewind = (next) => {
      at = start;
      increment = 0;
      state = next;
    };
    const slashes = () => is(at + 1, '/') && is(at + 2, '/');
    const hashPrefix = () => is(at, '#');
    const searchPrefix = () => {
      if (is(at, '?')) return true;
      if (tokens[at].value !== '?') return false;
      const before = at === 0 ? null : safe(at - 1);
      return before === null || !['name', 'regexp', 'close', 'asterisk'].includes(before.type);
    };
    while (at < tokens.length) {
      increment = 1;
      const token = tokens[at];
      if (token.type === 'end') {
        if (state === 'init') {
          rewind('init');
          if (hashPrefix()) change('hash', 1);
          else if (searchPrefix()) change('search', 1);
          else change('pathname', 0);
          at += increment;
          continue;
        }
        if (state === 'authority') {
          rewind('hostname');
          continue;
        }
        change('done', 0);
        break;
      }
      if (token.type === 'open') {
        depth++;
        at += 1;
        continue;
      }
      if (depth > 0) {
        if (token.type === 'close') depth--;
        else {
          at += 1;
          continue;
        }
      }
      switch (state) {
        case 'init':
          if (is(at, ':')) rewind('protocol');
          break;
        case 'protocol':
          if (is(at, ':')) {
            special = matchesSpecial(component());
            let next = 'pathname';
            let skip = 1;
            if (slashes()) {
              next = 'authority';
              skip = 3;
            } else if (special) {
              next = 'authority';
            }
            change(next, skip);
          }
          break;
        case 'authority':
          if (is(at, '@')) rewind('username');
          else if (is(at, '/') || searchPrefix() || hashPrefix()) rewind('hostname');
          break;
        case 'username':
          if (is(at, ':')) change('password', 1);
          else if (is(at, '@')) change('hostname', 1);
          break;
        case 'password':
          if (is(at, '@')) change('hostname', 1);
          break;
        case 'hostname':
          if (is(at, '[')) brackets++;
          else if (is(at, ']')) brackets--;
          else if (is(at, ':') && brackets === 0) change('port', 1);
          else if (is(at, '/')) change('pathname', 0);
          else if (searchPrefix()) change('search', 1);
          else if (hashPrefix()) change('hash', 1);
          break;
        case 'port':
          if (is(at, '/')) change('pathname', 0);
          else if (searchPrefix()) change('search', 1);
          else if (hashPrefix()) change('hash', 1);
          break;
        case 'pathname':
          if (searchPrefix()) change('search', 1);
          else if (hashPrefix()) change('hash', 1);
          break;
        case 'search':
          if (hashPrefix()) change('hash', 1);
          break;
        default:
          break;
      }
      at += increment;
    }
    if (result.hostname !== undefined && result.port === undefined) result.port = '';
    return result;
  }

  function matchesSpecial(pattern) {
    const { regexp } = compile(pattern, canonical.protocol, PLAIN, false);
    return SPECIAL.some((scheme) => regexp.test(scheme));
  }

  // ---- components

  function compile(pattern, encode, options, ignoreCase) {
    const parts = parseParts(pattern, options, encode);
    const [source, names] = regExpOf(parts, options);
    let regexp;
    try {
      regexp = new RegExp(source, ignoreCase ? 'vi' : 'v');
    } catch {
      throw wrong(`${JSON.stringify(pattern)} holds a regular expression that is none`);
    }
    const any = parts.length === 1 && parts[0].type === 'full' && parts[0].modifier === NONE && parts[0].prefix + parts[0].suffix === '';
    return { any, regexp, names, parts, pattern: stringOf(parts, options), custom: parts.some((part) => part.type === 'regexp') };
  }

  // ---- order: what matches less comes after what matches more

  const TYPES = ['full', 'segment', 'regexp', 'fixed'];
  const MODIFIERS = ['*', '?', '+', NONE];
  const NOTHING = { type: 'fixed', value: '', modifier: NONE, prefix: '', suffix: '' };

  const orderOf = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  /** Which of two parts is the more particular one; what a group is called does not count. */
  function compareParts(a, b) {
    return (
      orderOf(TYPES.indexOf(a.type), TYPES.indexOf(b.type)) ||
      orderOf(MODIFIERS.indexOf(a.modifier), MODIFIERS.indexOf(b.modifier)) ||
      orderOf(a.prefix, b.prefix) ||
      orderOf(a.value, b.value) ||
      orderOf(a.suffix, b.suffix)
    );
  }

  /** By the first parts that differ; where one pattern ends, its next part is empty text. */
  function compareComponents(a, b) {
    const shared = Math.min(a.length, b.length);
    for (let i = 0; i < shared; i++) {
      const order = compareParts(a[i], b[i]);
      if (order !== 0) return order;
    }
    return a.length === b.length ? 0 : compareParts(a[shared] ?? NOTHING, b[shared] ?? NOTHING);
  }

  const isIpv6 = (pattern) => pattern.length > 1 && (pattern[0] === '[' || pattern.startsWith('{[') || pattern.startsWith('\\['));

  function componentsOf(init, ignoreCase) {
    const given = { ...init };
    for (const name of COMPONENTS) given[name] ??= '*';
    if (isSpecial(given.protocol) && DEFAULT_PORTS[given.protocol] === given.port && given.port !== undefined) given.port = '';
    const made = {};
    made.protocol = compile(given.protocol, canonical.protocol, PLAIN, false);
    made.username = compile(given.username, canonical.username, PLAIN, false);
    made.password = compile(given.password, canonical.password, PLAIN, false);
    made.hostname = compile(given.hostname, isIpv6(given.hostname) ? canonical.ipv6 : canonical.hostname, HOSTNAME, false);
    made.port = compile(given.port, (value) => canonical.port(value, ''), PLAIN, false);
    const hierarchical = SPECIAL.some((scheme) => made.protocol.regexp.test(scheme));
    made.pathname = hierarchical
      ? compile(given.pathname, canonical.pathname, PATHNAME, ignoreCase)
      : compile(given.pathname, canonical.opaque, PLAIN, ignoreCase);
    made.search = compile(given.search, canonical.search, PLAIN, ignoreCase);
    made.hash = compile(given.hash, canonical.hash, PLAIN, ignoreCase);
    return made;
  }

  function readInit(value) {
    const init = {};
    for (const name of ['baseURL', 'hash', 'hostname', 'password', 'pathname', 'port', 'protocol', 'search', 'username']) {
      const member = value[name];
      if (member !== undefined) init[name] = usv(member);
    }
    return init;
  }

  let lastUrl;
  let lastValues;

  /** The values that a pattern is matched against; null for what is no URL. */
  function valuesOf(input, base) {
    if (isObject(input)) {
      if (base !== undefined) throw wrong('a base URL beside an object');
      try {
        return processInit(readInit(input), false);
      } catch (error) {
        if (error instanceof TypeError) return null;
        throw error;
      }
    }
    const text = usv(input);
    if (base !== undefined) return valuesOfUrl(text, usv(base));
    // Routers ask one pattern after the other for the same URL.
    if (text !== lastUrl) {
      lastValues = valuesOfUrl(text, undefined);
      lastUrl = text;
    }
    return lastValues;
  }

  function valuesOfUrl(text, base) {
    const parts = load('url').partsOf(text, base);
    if (parts === null) return null;
    return {
      protocol: parts[1], username: parts[2], password: parts[3], hostname: parts[4], port: parts[5], pathname: parts[6], search: parts[7],
      hash: parts[8],
    };
  }

  function matches(components, values) {
    for (let i = 0; i < BY_WEIGHT.length; i++) {
      const name = BY_WEIGHT[i];
      const { any, regexp } = components[name];
      if (!any && !regexp.test(values[name])) return false;
    }
    return true;
  }

  const $URLPattern = slots('URLPattern');

  class URLPattern {
    [$URLPattern] = { components: undefined };

    constructor(input = undefined, baseURL = undefined, options = undefined) {
      let base = baseURL;
      let how = options;
      if (isObject(baseURL) && options === undefined && arguments.length < 3) {
        base = undefined;
        how = baseURL;
      }
      if (how !== undefined && how !== null && !isObject(how)) throw wrong('the options are not an object');
      let init;
      if (input === undefined || isObject(input)) {
        if (base !== undefined) throw wrong('a base URL beside an object');
        init = readInit(input ?? {});
      } else {
        init = parseConstructorString(usv(input));
        if (base === undefined && init.protocol === undefined) throw wrong('a base URL is needed');
        if (base !== undefined) init.baseURL = usv(base);
      }
      this[$URLPattern].components = componentsOf(processInit(init, true), !!how?.ignoreCase);
    }

    /** Proposed for the standard: -1, 0 or 1, for an order of routes from general to particular. */
    static compareComponent(component, left, right) {
      const name = String(component);
      if (!COMPONENTS.includes(name)) throw wrong(`component: ${name} (expected: ${COMPONENTS.join(', ')})`);
      for (const pattern of [left, right]) {
        if (!isObject(pattern) || !($URLPattern in pattern)) throw wrong('what is compared is no URLPattern');
      }
      return compareComponents(left[$URLPattern].components[name].parts, right[$URLPattern].components[name].parts);
    }

    get protocol() {
      return this[$URLPattern].components.protocol.pattern;
    }
    get username() {
      return this[$URLPattern].components.username.pattern;
    }
    get password() {
      return this[$URLPattern].components.password.pattern;
    }
    get hostname() {
      return this[$URLPattern].components.hostname.pattern;
    }
    get port() {
      return this[$URLPattern].components.port.pattern;
    }
    get pathname() {
      return this[$URLPattern].components.pathname.pattern;
    }
    get search() {
      return this[$URLPattern].components.search.pattern;
    }
    get hash() {
      return this[$URLPattern].components.hash.pattern;
    }
    get hasRegExpGroups() {
      return COMPONENTS.some((name) => this[$URLPattern].components[name].custom);
    }

    test(input = {}, baseURL = undefined) {
      const components = this[$URLPattern].components;
      const values = valuesOf(input, baseURL);
      return values !== null && matches(components, values);
    }

    exec(input = {}, baseURL = undefined) {
      const components = this[$URLPattern].components;
      const values = valuesOf(input, baseURL);
      if (values === null || !matches(components, values)) return null;
      const result = { inputs: baseURL === undefined ? [input] : [input, baseURL] };
      for (const name of COMPONENTS) {
        const { any, regexp, names } = components[name];
        const groups = {};
        if (any) {
          groups[names[0]] = values[name];
        } else {
          const match = regexp.exec(values[name]);
          for (let i = 0; i < names.length; i++) groups[names[i]] = match[i + 1];
        }
        result[name] = { input: values[name], groups };
      }
      return result;
    }
  }
  expose(URLPattern);

  return { URLPattern };
});
