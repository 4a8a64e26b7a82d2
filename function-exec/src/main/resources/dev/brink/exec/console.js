// console: formats in the guest, prints through the host.
(function (core) {
  'use strict';
  const { host } = core;
  const DEBUG = 0;
  const INFO = 1;
  const WARN = 2;
  const ERROR = 3;
  const MAX_DEPTH = 3;
  const MAX_ITEMS = 100;
  const MAX_CHARS = 16384;
  const MAX_LABELS = 1_000;
  const MAX_INDENT = 40;
  const counts = new Map();
  const timers = new Map();
  /** What is worth seeing of an object of the web API. */
  const SHOWN = {
    __proto__: null,
    Request: ['method', 'url', 'headers'],
    Response: ['status', 'statusText', 'url', 'headers'],
    URL: ['href'],
    Blob: ['size', 'type'],
    File: ['name', 'size', 'type'],
    Event: ['type'],
    CustomEvent: ['type', 'detail'],
    MessageEvent: ['type', 'data'],
    AbortSignal: ['aborted', 'reason'],
    CryptoKey: ['type', 'extractable', 'algorithm', 'usages'],
    WebSocket: ['url', 'readyState'],
    EventSource: ['url', 'readyState'],
  };
  const ENTRIES = ['Headers', 'URLSearchParams', 'FormData'];
  let indent = '';

  function quoted(text) {
    return text.includes("'") ? JSON.stringify(text) : `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')}'`;
  }

  /** One value for people, without running a guest’s getters. */
  function inspect(value, depth, seen) {
    switch (typeof value) {
      case 'string':
        return depth === 0 ? value : quoted(value);
      case 'bigint':
        return `${value}n`;
      case 'symbol':
        return value.toString();
      case 'function':
        return `[${/^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'Function'}: ${value.name || '(anonymous)'}]`;
      case 'object':
        return value === null ? 'null' : inspectObject(value, depth, seen);
      default:
        return Object.is(value, -0) ? '-0' : String(value);
    }
  }

  function inspectObject(value, depth, seen) {
    if (seen.includes(value)) return '[Circular]';
    if (value instanceof Error) return depth === 0 ? core.shown(value) : `[${String(value)}]`;
    if (value instanceof Date) return Number.isNaN(+value) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp || value instanceof Boolean || value instanceof Number) return String(value);
    if (value instanceof Promise) return 'Promise {}';
    const name = nameOf(value);
    if (depth >= MAX_DEPTH) return Array.isArray(value) ? '[Array]' : `[${name || 'Object'}]`;
    const inner = [...seen, value];
    const show = (v) => inspect(v, depth + 1, inner);
    if (Array.isArray(value)) return list('', '[', listed(value, show), ']');
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      return list(`${name}(${value.length}) `, '[', listed(value, show), ']');
    }
    if (value instanceof ArrayBuffer) return `ArrayBuffer { byteLength: ${value.byteLength} }`;
    if (value instanceof Map) {
      return list(`Map(${value.size}) `, '{', capped(value, ([k, v]) => `${show(k)} => ${show(v)}`), '}');
    }
    if (value instanceof Set) return list(`Set(${value.size}) `, '{', capped(value, show), '}');
    const parts = core.hasSlots(value) ? partsOf(value, show) : [];
    return list(name === 'Object' ? '' : `${name} `, '{', [...parts, ...properties(value, show)], '}');
  }

  function partsOf(value, show) {
    try {
      const kind = value[Symbol.toStringTag];
      if (ENTRIES.includes(kind)) return capped(value, ([key, item]) => `${nameOfKey(key)}: ${show(item)}`);
      return (SHOWN[kind] ?? []).map((part) => `${part}: ${show(value[part])}`);
    } catch {
      return [];
    }
  }

  function nameOfKey(key) {
    return /^[\w$]+$/.test(key) ? key : quoted(key);
  }

  function nameOf(value) {
    try {
      const prototype = Object.getPrototypeOf(value);
      if (prototype === null) return '[Object: null prototype]';
      return prototype.constructor?.name || 'Object';
    } catch {
      return 'Object';
    }
  }

  function capped(iterable, show) {
    const items = [];
    for (const item of iterable) {
      if (items.length === MAX_ITEMS) {
        items.push('…');
        break;
      }
      items.push(show(item));
    }
    return items;
  }

  function listed(array, show) {
    const items = [];
    for (let i = 0; i < array.length && i < MAX_ITEMS; i++) items.push(i in array ? show(array[i]) : '<empty>');
    if (array.length > MAX_ITEMS) items.push(`… ${array.length - MAX_ITEMS} more`);
    return items;
  }

  function properties(value, show) {
    const items = [];
    for (const key of Reflect.ownKeys(value)) {
      const property = Reflect.getOwnPropertyDescriptor(value, key);
      if (property === undefined || !property.enumerable) continue;
      if (items.length === MAX_ITEMS) {
        items.push('…');
        break;
      }
      const name = typeof key === 'symbol' ? `[${key.toString()}]` : nameOfKey(key);
      items.push(`${name}: ${'value' in property ? show(property.value) : '[Getter]'}`);
    }
    return items;
  }

  function list(prefix, open, items, close) {
    if (items.length === 0) return `${prefix}${open}${close}`;
    const line = items.join(', ');
    const space = open === '[' ? ' ' : ' ';
    return `${prefix}${open}${space}${line}${space}${close}`;
  }

  function format(values) {
    if (values.length === 0) return '';
    let rest = values;
    let text = '';
    if (typeof values[0] === 'string' && values[0].includes('%')) {
      [text, rest] = substitute(values);
    } else {
      text = inspect(values[0], 0, []);
      rest = values.slice(1);
    }
    for (const value of rest) text += ` ${inspect(value, 0, [])}`;
    return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
  }

  function substitute(values) {
    let next = 1;
    const text = values[0].replace(/%[sdifoOjc%]/g, (directive) => {
      if (directive === '%%') return '%';
      if (next >= values.length) return directive;
      const value = values[next++];
      switch (directive) {
        case '%s':
          return typeof value === 'object' && value !== null ? inspect(value, 1, []) : String(value);
        case '%d':
        case '%i':
          if (typeof value === 'symbol') return 'NaN';
          return String(directive === '%i' ? parseInt(value, 10) : Number(value));
        case '%f':
          return typeof value === 'symbol' ? 'NaN' : String(parseFloat(value));
        case '%c':
          return '';
        case '%j':
          return json(value);
        default:
          return inspect(value, 1, []);
      }
    });
    return [text, values.slice(next)];
  }

  /** As JSON, the way Node has it; what is none, or fails of its own code, as it is shown. */
  function json(value) {
    try {
      return JSON.stringify(value) ?? inspect(value, 1, []);
    } catch {
      return inspect(value, 1, []);
    }
  }

  function print(level, values) {
    let text;
    try {
      text = format(values);
    } catch {
      text = 'a value that cannot be shown';
    }
    host.print(level, indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`));
  }

  const label = (given) => (given === undefined ? 'default' : `${given}`);

  const methods = {
    assert(condition = false, ...values) {
      if (!condition) print(ERROR, ['Assertion failed', ...values]);
    },
    clear() {},
    debug: (...values) => print(DEBUG, values),
    error: (...values) => print(ERROR, values),
    info: (...values) => print(INFO, values),
    log: (...values) => print(INFO, values),
    table(value = undefined) {
      print(INFO, [value]);
    },
    trace: (...values) => print(DEBUG, [`Trace: ${format(values)}\n${`${new Error().stack}`.split('\n').slice(2).join('\n')}`]),
    warn: (...values) => print(WARN, values),
    dir(value = undefined) {
      print(INFO, [value]);
    },
    dirxml: (...values) => print(INFO, values),
    count(given = undefined) {
      const name = label(given);
      const count = (counts.get(name) ?? 0) + 1;
      if (count > 1 || counts.size < MAX_LABELS) counts.set(name, count);
      print(INFO, [`${name}: ${count}`]);
    },
    countReset(given = undefined) {
      counts.delete(label(given));
    },
    group(...values) {
      if (values.length > 0) print(INFO, values);
      if (indent.length < MAX_INDENT) indent += '  ';
    },
    groupCollapsed: (...values) => methods.group(...values),
    groupEnd() {
      indent = indent.slice(2);
    },
    time(given = undefined) {
      const name = label(given);
      if (timers.has(name) || timers.size < MAX_LABELS) timers.set(name, host.now());
    },
    timeLog(given = undefined, ...values) {
      elapsed(label(given), values);
    },
    timeEnd(given = undefined) {
      const name = label(given);
      elapsed(name, []);
      timers.delete(name);
    },
  };

  function elapsed(name, values) {
    const start = timers.get(name);
    if (start !== undefined) print(INFO, [`${name}: ${(host.now() - start).toFixed(1)} ms`, ...values]);
  }

  const console = Object.assign(Object.create({}), methods);
  core.load('idl').tag(console, 'console');

  return { console };
});
