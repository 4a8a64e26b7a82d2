// FormData, and its two forms in a body: multipart/form-data and application/x-www-form-urlencoded.
(function (core) {
  'use strict';
  const { Bytes, host, load, slots } = core;
  const { expose, needed, usv, pairIterable } = load('idl');
  const { isBlob, isFile, bytesIn, make, makeFile } = load('blobs');
  const { apply } = Reflect;
  const { subarray, slice } = Object.getPrototypeOf(Uint8Array.prototype);
  const { fromCharCode } = String;
  const BLOCK = 8192;

  function valueOf(value, filename) {
    if (!isBlob(value)) {
      if (filename !== undefined) throw new TypeError('a file name, but the value is not a Blob');
      return usv(value);
    }
    if (filename !== undefined) return makeFile(bytesIn(value), value.type, usv(filename), isFile(value) ? value.lastModified : undefined);
    return isFile(value) ? value : makeFile(bytesIn(value), value.type, 'blob');
  }

  const $FormData = slots('FormData');

  class FormData {
    [$FormData] = { entries: [] };

    constructor(form = undefined) {
      if (form !== undefined) throw new TypeError('FormData: there are no form elements here');
    }
    append(name, value, filename = undefined) {
      const entries = this[$FormData].entries;
      needed('append', arguments.length, 2);
      if (arguments.length > 2 && !isBlob(value)) throw new TypeError('append: a file name, but the value is not a Blob');
      const key = usv(name);
      entries.push([key, valueOf(value, filename)]);
    }
    delete(name) {
      this[$FormData].entries;
      needed('delete', arguments.length, 1);
      const key = usv(name);
      this[$FormData].entries = this[$FormData].entries.filter((entry) => entry[0] !== key);
    }
    get(name) {
      const entries = this[$FormData].entries;
      needed('get', arguments.length, 1);
      const key = usv(name);
      const found = entries.find((entry) => entry[0] === key);
      return found === undefined ? null : found[1];
    }
    getAll(name) {
      const entries = this[$FormData].entries;
      needed('getAll', arguments.length, 1);
      const key = usv(name);
      return entries.filter((entry) => entry[0] === key).map((entry) => entry[1]);
    }
    has(name) {
      const entries = this[$FormData].entries;
      needed('has', arguments.length, 1);
      const key = usv(name);
      return entries.some((entry) => entry[0] === key);
    }
    set(name, value, filename = undefined) {
      const entries = this[$FormData].entries;
      needed('set', arguments.length, 2);
      if (arguments.length > 2 && !isBlob(value)) throw new TypeError('set: a file name, but the value is not a Blob');
      const key = usv(name);
      const made = valueOf(value, filename);
      const first = entries.find((entry) => entry[0] === key);
      if (first === undefined) {
        entries.push([key, made]);
        return;
      }
      first[1] = made;
      this[$FormData].entries = entries.filter((entry) => entry === first || entry[0] !== key);
    }
  }
  expose(FormData);
  pairIterable(FormData, 'FormData', (form, at) => entriesOf(form)[at]);

  function entriesOf(form) {
    return form[$FormData].entries;
  }

  function formOf(entries) {
    const form = new FormData();
    form[$FormData].entries = entries;
    return form;
  }

  // ---- writing

  const crlf = (text) => text.replace(/\r\n?|\n/g, '\r\n');
  const quoted = (text) => text.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22');

  /** The form as [bytes, content type]. */
  function serialize(form) {
    const boundary = `----brink-${host.uuid().replaceAll('-', '')}`;
    const parts = [];
    for (const [name, value] of entriesOf(form)) {
      const head = `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(crlf(name))}"`;
      if (typeof value === 'string') {
        parts.push(`${head}\r\n\r\n${crlf(value)}\r\n`);
      } else {
        parts.push(`${head}; filename="${quoted(value.name)}"\r\ncontent-type: ${value.type || 'application/octet-stream'}\r\n\r\n`);
        parts.push(value, '\r\n');
      }
    }
    parts.push(`--${boundary}--\r\n`);
    const blob = new (load('blobs').Blob)(parts);
    return [bytesIn(blob), `multipart/form-data; boundary=${boundary}`];
  }

  // ---- reading

  function latin1(bytes) {
    let text = '';
    for (let at = 0; at < bytes.byteLength; at += BLOCK) text += apply(fromCharCode, null, apply(subarray, bytes, [at, at + BLOCK]));
    return text;
  }

  const malformed = () => new TypeError('the body is not a form of its content type');

  /** A parameter of a header whose value may be quoted. */
  function parameter(header, name) {
    const found = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(header);
    return found === null ? undefined : (found[1] ?? found[2]);
  }

  const unquoted = (text) =>
    decodeUtf8(text.replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%22/g, '"'));

  function decodeUtf8(binary) {
    const bytes = new Bytes(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return utf8DecodeWithMark(bytes);
  }

  function utf8DecodeWithMark(bytes) {
    return new core.Decoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }

  function parseMultipart(bytes, boundary) {
    const text = latin1(bytes);
    const mark = `--${boundary}`;
    const entries = [];
    let at = 0;
    while (text.startsWith('\r\n', at)) at += 2;
    for (;;) {
      if (!text.startsWith(mark, at)) throw malformed();
      at += mark.length;
      if (text.startsWith('--', at)) return formOf(entries);
      if (!text.startsWith('\r\n', at)) throw malformed();
      at += 2;
      const headEnd = text.startsWith('\r\n', at) ? at - 2 : text.indexOf('\r\n\r\n', at);
      if (headEnd < 0) throw malformed();
      const head = text.slice(at, Math.max(at, headEnd));
      const bodyStart = headEnd + 4;
      const bodyEnd = text.indexOf(`\r\n${mark}`, bodyStart);
      if (bodyEnd < 0) throw malformed();
      entries.push(entryOf(head, bytes, bodyStart, bodyEnd));
      at = bodyEnd + 2;
    }
  }

  function entryOf(head, bytes, start, end) {
    let disposition = '';
    let type;
    for (const line of head.split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon <= 0) throw malformed();
      const name = line.slice(0, colon).trim().toLowerCase();
      if (name === 'content-disposition') disposition = line.slice(colon + 1).trim();
      else if (name === 'content-type') type = line.slice(colon + 1).trim();
    }
    const name = parameter(disposition, 'name');
    if (!/^form-data\s*;/i.test(disposition) || name === undefined) throw malformed();
    const filename = parameter(disposition, 'filename');
    const content = apply(slice, bytes, [start, end]);
    if (filename === undefined) return [unquoted(name), utf8DecodeWithMark(content)];
    const blob = make(content, (type ?? 'text/plain').toLowerCase());
    return [unquoted(name), makeFile(content, blob.type, unquoted(filename))];
  }

  /** The form in a body with such a content type. */
  function parse(bytes, contentType) {
    const essence = contentType === null ? '' : contentType.split(';')[0].trim().toLowerCase();
    if (essence === 'application/x-www-form-urlencoded') {
      return formOf(load('url').parsePairs(utf8DecodeWithMark(bytes)));
    }
    const boundary = essence === 'multipart/form-data' ? parameter(contentType, 'boundary') : undefined;
    if (boundary === undefined) throw new TypeError('the content type is not that of a form');
    return parseMultipart(bytes, boundary);
  }

  return { FormData, serialize, parse };
});
