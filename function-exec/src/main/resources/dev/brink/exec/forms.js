// FormData, and its two forms in a body: multipart/form-data and application/x-www-form-urlencoded.
(function (core) {
  'use strict';
  const { Bytes, bytesOf, joined, host, load, slots } = core;
  const { expose, needed, usv, pairIterable } = load('idl');
  const { isBlob, isFile, bytesIn, makeFile } = load('blobs');
  const { utf8Encode } = load('encoding');
  const { apply } = Reflect;
  const { subarray, slice } = Object.getPrototypeOf(Uint8Array.prototype);

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

  const LINE_ENDS = /[\r\n]/;
  const TO_QUOTE = /[\r\n"]/;

  const crlf = (text) => (LINE_ENDS.test(text) ? text.replace(/\r\n?|\n/g, '\r\n') : text);
  const quoted = (text) =>
    TO_QUOTE.test(text) ? text.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22') : text;

  /** The form as [bytes, content type]. */
  function serialize(form) {
    const boundary = `----brink-${host.uuid().replaceAll('-', '')}`;
    const entries = entriesOf(form);
    const pieces = [];
    let text = '';
    for (let i = 0; i < entries.length; i++) {
      const [name, value] = entries[i];
      text += `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(crlf(name))}"`;
      if (typeof value === 'string') {
        text += `\r\n\r\n${crlf(value)}\r\n`;
      } else {
        text += `; filename="${quoted(value.name)}"\r\ncontent-type: ${value.type || 'application/octet-stream'}\r\n\r\n`;
        pieces[pieces.length] = utf8Encode(text);
        pieces[pieces.length] = bytesIn(value);
        text = '\r\n';
      }
    }
    pieces[pieces.length] = utf8Encode(`${text}--${boundary}--\r\n`);
    return [joined(pieces), `multipart/form-data; boundary=${boundary}`];
  }

  // ---- reading

  const ASCII = /^[\0-\x7f]*$/;

  const malformed = () => new TypeError('the body is not a form of its content type');

  function decodeUtf8(binary) {
    if (ASCII.test(binary)) return binary;
    const bytes = new Bytes(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return utf8DecodeWithMark(bytes);
  }

  function utf8DecodeWithMark(bytes) {
    return new core.Decoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }

  function parseMultipart(bytes, boundary) {
    const [buffer, offset, length] = bytesOf(bytes);
    const read = host.multipart(buffer, offset, length, boundary);
    if (read === null) throw malformed();
    const entries = [];
    const count = read.count();
    for (let i = 0; i < count; i++) {
      const name = decodeUtf8(read.name(i));
      const filename = read.filename(i);
      if (filename === null) {
        entries[i] = [name, read.text(i) ?? utf8DecodeWithMark(apply(subarray, bytes, [read.start(i), read.end(i)]))];
      } else {
        const content = apply(slice, bytes, [read.start(i), read.end(i)]);
        entries[i] = [name, makeFile(content, read.type(i) ?? 'text/plain', decodeUtf8(filename))];
      }
    }
    return formOf(entries);
  }

  /** The form in a body with such a content type. */
  function parse(bytes, contentType) {
    const type = contentType === null ? null : load('mime').parsed(contentType);
    if (type !== null && type.essence === 'application/x-www-form-urlencoded') {
      return formOf(load('url').parsePairs(utf8DecodeWithMark(bytes)));
    }
    const boundary = type !== null && type.essence === 'multipart/form-data' ? type.parameters.get('boundary') : undefined;
    if (boundary === undefined || boundary === '') throw new TypeError('the content type is not that of a form');
    return parseMultipart(bytes, boundary);
  }

  return { FormData, serialize, parse };
});
