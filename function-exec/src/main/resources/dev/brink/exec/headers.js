// Headers: section 5.1 of the Fetch Standard.
(function (core) {
  'use strict';
  const { load, withOwnMethods, slots, unseal } = core;
  const { expose, needed, isObject, byteString, sequence, record, pairIterable } = load('idl');
  const { stringify } = JSON;
  const { iterator: ITERATOR } = Symbol;
  const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const UNUSUAL_IN_VALUE = /[^\x20-\x7e]/;
  const EDGES = /^[\t\n\r ]+|[\t\n\r ]+$/g;
  const BAD_VALUE = /[\0\r\n]|[^\0-\xff]/;

  /** Names seen lately, in lower case. */
  const names = withOwnMethods(new Map());
  const MAX_NAMES = 128;
  let knownNames = 0;

  function headerName(name) {
    return names.get(name) ?? checkedName(`${name}`);
  }

  /** A ByteString, which the names seen lately are. */
  function known(value) {
    return names.has(value) ? value : byteString(value);
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
    if (text[0] !== ' ' && text[text.length - 1] !== ' ' && !UNUSUAL_IN_VALUE.test(text)) return text;
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
      listOf(this);
      if (arguments.length < 2) throw new TypeError('append: 2 arguments needed');
      append(this, headerName(name), headerValue(value));
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

  function append(headers, name, value) {
    const list = listOf(headers);
    const now = headers[$Headers].guard === 'no-cors' ? combined(list, name) : null;
    if (!change(headers, name, now === null ? value : `${now}, ${value}`)) return;
    list[list.length] = name;
    list[list.length] = value;
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
    const method = init[ITERATOR];
    if ($Headers in init && method === Headers.prototype.entries) {
      self[$Headers].list = listOf(init).slice();
      self[$Headers].client = init[$Headers].client;
      return;
    }
    const items = method === undefined || method === null ? record(init, known) : pairsIn(init, method);
    for (let i = 0; i < items.length; i += 2) append(self, headerName(items[i]), headerValue(items[i + 1]));
  }

  /** Names and values in turn, of a sequence of pairs. */
  function pairsIn(init, method) {
    const pairs = sequence('Headers: init', init, method);
    const items = [];
    for (let i = 0; i < pairs.length; i++) {
      const both = sequence('Headers: an entry', pairs[i]);
      if (both.length !== 2) throw new TypeError('Headers: each entry must be a pair');
      items[items.length] = byteString(both[0]);
      items[items.length] = byteString(both[1]);
    }
    return items;
  }

  function indexOf(list, name) {
    for (let i = 0; i < list.length; i += 2) if (list[i] === name) return i;
    return -1;
  }

  /** Whether the headers may be changed so; {@code value} is what the header would have then. */
  function change(self, key, value) {
    const state = self[$Headers];
    if (state.guard === 'immutable') throw new TypeError('these headers cannot be changed');
    state.sorted = null;
    return state.guard !== 'no-cors' || safelisted(key, value);
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

  /** Whether they are those of a client's request, or a copy of these. */
  function areOfClient(headers) {
    return headers[$Headers].client;
  }

  return {
    NAME, Headers, combined, copyOf, guard, areOfClient, incomingHeaders, linesOf, listFrom, listOf, remove, setDefault,
  };
});
