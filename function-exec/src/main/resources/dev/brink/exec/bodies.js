// Bodies: section 5.2 of the Fetch Standard, what they are made of, and how the host gets them.
(function (core) {
  'use strict';
  const { host, bodies, load, nowOrLater, bytesOf, isView, Bytes, withOwnMethods, slots } = core;
  const { combined, listFrom, listOf, remove } = load('headers');
  const { parse } = JSON;
  const TEXT_TYPE = 'text/plain;charset=UTF-8';
  const NativeBuffer = ArrayBuffer;
  const $URLSearchParams = slots('URLSearchParams');
  const $Blob = slots('Blob');
  const $FormData = slots('FormData');
  const $ReadableStream = slots('ReadableStream');

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
    return { body: new Body(BYTES, new Bytes(new Bytes(bytes[0], bytes[1], bytes[2]))), type: null };
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
      const streams = load('bodystreams');
      if (body.kind === NATIVE) body.stream = streams.fromNative(body.data, body.over, body.coding);
      else body.stream = streams.fromBytes(bytesNow(body));
      if (body.used) streams.disturb(body.stream);
    }
    return body.stream;
  }

  function bytesNow(body) {
    return body.kind === TEXT ? load('encoding').utf8Encode(body.data) : new Bytes(body.data);
  }

  /** The whole body as a string or as bytes, or a promise for that where it is not there yet. */
  function consume(body, text) {
    if (body === null) return text ? '' : new Bytes(0);
    if (isUsed(body) || isLocked(body)) throw new TypeError('the body was read before, or is locked');
    if (body.stream !== null) {
      const bytes = load('bodystreams').readAll(body.stream);
      return text ? bytes.then(load('encoding').utf8Decode) : bytes;
    }
    body.used = true;
    if (body.kind === NATIVE) {
      return body.over === null ? wholeOf(body, text) : load('aborts').unlessAborted(body, () => wholeOf(body, text));
    }
    if (body.kind === TEXT) return text ? stripMark(body.data) : bytesNow(body);
    return text ? load('encoding').utf8Decode(body.data) : new Bytes(body.data);
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
    const [one, two] = load('bodystreams').teeBody(bodyStream(body));
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

  // ---- to the host

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

  /** A body that is to be kept with a response's header lines: as it came, where that can be. */
  function asItCame(body, lines) {
    const coding = body === null ? null : codingOf(body);
    const whole = coding === null ? null : linesAsItCame(coding, lines, null);
    const native = whole === null ? 0 : nativeNumber(body);
    if (native === 0) return [body, lines];
    body.used = true;
    return [new Body(NATIVE, native), whole];
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

  /** Ends what the host pulls because the function wants it no more; its source hears the reason. */
  function abortWriting(number, reason) {
    const writer = writers.get(number);
    if (writer !== undefined) {
      writers.delete(number);
      giveUp(writer.reader, reason);
      bodies.failWriting(number, 'the fetch was aborted');
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
        if (bytes === undefined) throw new TypeError(`a body’s chunks are bytes, not ${kindOf(value)}`);
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

  function kindOf(value) {
    if (value === null) return 'null';
    if (value === undefined) return 'undefined';
    return typeof value === 'object' ? 'another object' : `a ${typeof value}`;
  }

  return {
    TEXT_TYPE, TEXT, BYTES, NATIVE, STREAM, Body, extract, isUsed, isLocked, bodyStream, consume, decodeWhenRead, cloneBody,
    bodyMethods, mixIn, write, handOver, asItCame, writeFrom, pull, stop, abortWriting,
  };
});
