// A key-value namespace in the manner of Cloudflare's KV, and what goes beyond it.
//
// Its calls, with their JSON and bytes; the host answers them. Times are milliseconds of the epoch,
// metadata is the text of its JSON:
//   get       {key, stalenessMs?}                           → null | {version, expiration?, metadata?} + value
//   put       {key, expiration?, ttlMs?, metadata?} + value → {version}
//   cas       as put, and {version: string | null}          → {version: string | null}
//   delete    {key}                                         → {}
//   increment {key, by, expiration?, ttlMs?}                → {value}
//   list      {prefix, limit, cursor?}                      → {keys: [{name, expiration?, metadata?}], cursor?}
//   atomic    {operations: [{check, version} | {put, bytes, expiration?, ttlMs?, metadata?}
//                           | {delete} | {increment, by}]} + the values, one after the other
//                                                           → {version: string | null}
//   watch     {prefix}                                      → {} + lines, whole in each buffer:
//                                                             {type: "put", key, version} | {type: "delete", key} | {type: "missed"}
(function (core) {
  'use strict';
  const { load, Bytes, slots } = core;
  const { parse, stringify } = JSON;
  const TYPES = ['text', 'json', 'arrayBuffer', 'stream'];
  const MAX_BATCH = 100;
  const MAX_LIST = 1000;

  function keyOf(key) {
    if (typeof key !== 'string') throw new TypeError(`key: ${typeof key} (expected: a string)`);
    if (!key.isWellFormed()) throw new TypeError('key: lone surrogates (expected: well-formed text)');
    return key;
  }

  function number(name, value, min) {
    if (typeof value !== 'number' || !(value >= min) || value > 9e15) {
      throw new TypeError(`${name}: ${String(value)} (expected: a number, at least ${min})`);
    }
    return value;
  }

  function integer(name, value) {
    if (!Number.isSafeInteger(value)) {
      throw new TypeError(`${name}: ${String(value)} (expected: a safe integer)`);
    }
    return value;
  }

  function version(value) {
    if (value !== null && typeof value !== 'string') {
      throw new TypeError(`version: ${typeof value} (expected: a string, or null for an absent key)`);
    }
    return value;
  }

  /** Expiry and metadata, as the host takes them. */
  function writing(options) {
    const { expiration, expirationTtl, expirationTtlMs, metadata } = options ?? {};
    const out = {};
    if (expiration !== undefined) out.expiration = Math.round(number('expiration', expiration, 1) * 1000);
    if (expirationTtl !== undefined) out.ttlMs = Math.ceil(number('expirationTtl', expirationTtl, 0.001) * 1000);
    if (expirationTtlMs !== undefined) out.ttlMs = Math.ceil(number('expirationTtlMs', expirationTtlMs, 1));
    if (metadata !== undefined && metadata !== null) {
      out.metadata = stringify(metadata);
      if (out.metadata === undefined) throw new TypeError('metadata: (expected: a value with a JSON form)');
    }
    return out;
  }

  /** Metadata written by another program may be any text. */
  function metadataOf(text) {
    if (text === undefined) return null;
    try {
      return parse(text);
    } catch {
      return text;
    }
  }

  function reading(options) {
    const given = typeof options === 'string' ? { type: options } : (options ?? {});
    const type = given.type ?? 'text';
    if (!TYPES.includes(type)) throw new TypeError(`type: ${String(type)} (expected: ${TYPES.join(', ')})`);
    const out = {};
    if (given.cacheTtl !== undefined) out.stalenessMs = Math.ceil(number('cacheTtl', given.cacheTtl, 0) * 1000);
    if (given.maxStalenessMs !== undefined) out.stalenessMs = Math.ceil(number('maxStalenessMs', given.maxStalenessMs, 0));
    return [type, out];
  }

  function valueBody(value) {
    if (typeof value === 'string') return load('bodies').extract(value).body;
    if (core.isView(value) || value instanceof ArrayBuffer || load('streams').isReadable(value)) {
      return load('bodies').extract(value).body;
    }
    throw new TypeError('value: (expected: a string, an ArrayBuffer, a view of one, or a ReadableStream)');
  }

  function valueBytes(value) {
    if (typeof value === 'string') return load('encoding').utf8Encode(value);
    if (core.isView(value) || value instanceof ArrayBuffer) {
      const [buffer, offset, length] = core.bytesOf(value);
      return new Bytes(buffer, offset, length);
    }
    throw new TypeError('value: (expected: a string, an ArrayBuffer or a view of one)');
  }

  /** What the content of a reply is in the form that was asked for. */
  async function valueOf(content, type) {
    const bodies = load('bodies');
    const whole = typeof content === 'string' || content instanceof Bytes;
    switch (type) {
      case 'text':
        return whole ? content : bodies.consume(content, true);
      case 'json':
        return parse(whole ? content : await bodies.consume(content, true));
      case 'arrayBuffer': {
        const bytes = whole ? content : await bodies.consume(content, false);
        return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
      }
      default:
        return whole ? load('bodystreams').fromBytes(content) : bodies.bodyStream(content);
    }
  }

  const $KVNamespace = slots('KVNamespace');

  class KVNamespace {
    [$KVNamespace] = { call: undefined };

    constructor(call) {
      this[$KVNamespace].call = call;
    }

    async get(key, options) {
      if (Array.isArray(key)) return several(this, key, (one) => this.get(one, options));
      return (await this.getWithMetadata(key, options)).value;
    }

    async getWithMetadata(key, options) {
      if (Array.isArray(key)) return several(this, key, (one) => this.getWithMetadata(one, options));
      const [type, out] = reading(options);
      const text = type === 'text' || type === 'json';
      const { json, content } = await this[$KVNamespace].call('get', { key: keyOf(key), ...out }, null, text);
      if (json === null) return { value: null, metadata: null, version: null, cacheStatus: null };
      return {
        value: await valueOf(content, type),
        metadata: metadataOf(json.metadata),
        version: json.version,
        cacheStatus: null,
      };
    }

    async put(key, value, options) {
      await this[$KVNamespace].call('put', { key: keyOf(key), ...writing(options) }, valueBody(value));
    }

    async delete(key) {
      await this[$KVNamespace].call('delete', { key: keyOf(key) });
    }

    async list(options) {
      const { prefix, limit, cursor } = options ?? {};
      const out = { prefix: prefix === undefined || prefix === null ? '' : keyOf(prefix), limit: MAX_LIST };
      if (limit !== undefined && limit !== null) {
        if (!(integer('limit', limit) >= 1 && limit <= MAX_LIST)) {
          throw new RangeError(`limit: ${limit} (expected: 1 to ${MAX_LIST})`);
        }
        out.limit = limit;
      }
      if (cursor !== undefined && cursor !== null) out.cursor = String(cursor);
      const { json } = await this[$KVNamespace].call('list', out);
      const keys = json.keys.map(({ name, expiration, metadata }) => {
        const key = { name };
        if (expiration !== undefined) key.expiration = Math.ceil(expiration / 1000);
        if (metadata !== undefined) key.metadata = metadataOf(metadata);
        return key;
      });
      return json.cursor === undefined
        ? { keys, list_complete: true, cacheStatus: null }
        : { keys, list_complete: false, cursor: json.cursor, cacheStatus: null };
    }

    async cas(key, expected, value, options) {
      const out = { key: keyOf(key), version: version(expected), ...writing(options) };
      const { json } = await this[$KVNamespace].call('cas', out, valueBody(value));
      return json.version;
    }

    async increment(key, by = 1, options) {
      const out = { key: keyOf(key), by: integer('by', by), ...writing(options) };
      const { json } = await this[$KVNamespace].call('increment', out);
      return json.value;
    }

    async atomic(operations) {
      const values = [];
      const out = Array.from(operations, (operation) => {
        if (operation.check !== undefined) {
          return { check: keyOf(operation.check), version: version(operation.version ?? null) };
        }
        if (operation.delete !== undefined) return { delete: keyOf(operation.delete) };
        if (operation.increment !== undefined) {
          return { increment: keyOf(operation.increment), by: integer('by', operation.by ?? 1) };
        }
        const bytes = valueBytes(operation.value);
        values.push(bytes);
        return { put: keyOf(operation.put), bytes: bytes.byteLength, ...writing(operation) };
      });
      const all = new Bytes(values.reduce((sum, bytes) => sum + bytes.byteLength, 0));
      let at = 0;
      for (const bytes of values) {
        all.set(bytes, at);
        at += bytes.byteLength;
      }
      const body = values.length === 0 ? null : load('bodies').extract(all).body;
      const { json } = await this[$KVNamespace].call('atomic', { operations: out }, body);
      return { committed: json.version !== null, version: json.version };
    }

    watch(options) {
      const { prefix, signal } = options ?? {};
      if (signal !== undefined && signal !== null && !load('abort').isSignal(signal)) {
        throw new TypeError(`signal: ${typeof signal} (expected: an AbortSignal)`);
      }
      const from = prefix === undefined || prefix === null ? '' : keyOf(prefix);
      return load('kvwatch').watch(this[$KVNamespace].call, from, signal ?? null);
    }

    get [Symbol.toStringTag]() {
      return 'KVNamespace';
    }
  }

  async function several(self, keys, read) {
    if (keys.length > MAX_BATCH) throw new RangeError(`keys: ${keys.length} (expected: at most ${MAX_BATCH})`);
    const values = await Promise.all(keys.map(read));
    return new Map(keys.map((key, i) => [key, values[i]]));
  }

  return { make: (call) => new KVNamespace(call) };
});
