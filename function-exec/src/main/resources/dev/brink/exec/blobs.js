// Blob and File: the File API. A blob's bytes never change, so that slices share them.
(function (core) {
  'use strict';
  const { Bytes, bytesOf, joined, load, slots } = core;
  const { expose, isObject, needed, usv, dictionary, sequence, oneOf, integer, resolvedWith, rejectedWith } = load('idl');
  const { utf8Encode, utf8Decode } = load('encoding');
  const { apply } = Reflect;
  const { min, max } = Math;
  const { subarray, slice } = Object.getPrototypeOf(Uint8Array.prototype);
  const { slice: sliceBuffer } = ArrayBuffer.prototype;
  const now = Date.now;
  const TOKEN = {};

  function typeOf(value) {
    const text = `${value}`;
    return /[^\x20-\x7e]/.test(text) ? '' : text.toLowerCase();
  }

  function nativeEndings(text) {
    return text.replace(/\r\n?|\n/g, '\n');
  }

  /** The bytes of a sequence of buffers, blobs and strings. */
  function collect(parts, endings) {
    const pieces = [];
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      let bytes;
      if (isBlob(part)) {
        bytes = bytesIn(part);
      } else {
        const range = isObject(part) ? bytesOf(part) : undefined;
        if (range !== undefined) {
          bytes = new Bytes(apply(sliceBuffer, range[0], [range[1], range[1] + range[2]]));
        } else {
          const text = usv(part);
          bytes = utf8Encode(endings === 'native' ? nativeEndings(text) : text);
        }
      }
      pieces.push(bytes);
    }
    return joined(pieces);
  }

  const $Blob = slots('Blob');

  class Blob {
    [$Blob] = { bytes: undefined, type: undefined };

    constructor(blobParts = undefined, options = undefined) {
      if (blobParts === TOKEN) {
        [this[$Blob].bytes, this[$Blob].type] = options;
        return;
      }
      const parts = blobParts === undefined ? [] : converted(sequence('Blob: parts', blobParts));
      const given = dictionary('Blob: options', options);
      const endings = given.endings === undefined ? 'transparent' : oneOf('endings', given.endings, ['transparent', 'native']);
      const type = given.type === undefined ? '' : typeOf(given.type);
      this[$Blob].bytes = collect(parts, endings);
      this[$Blob].type = type;
    }

    get size() {
      return this[$Blob].bytes.byteLength;
    }
    get type() {
      return this[$Blob].type;
    }

    slice(start = undefined, end = undefined, contentType = undefined) {
      const size = this[$Blob].bytes.byteLength;
      const from = start === undefined ? 0 : clamped(start, size);
      const to = end === undefined ? size : clamped(end, size);
      const type = contentType === undefined ? '' : typeOf(contentType);
      return make(apply(subarray, this[$Blob].bytes, [from, max(from, to)]), type);
    }

    stream() {
      return load('bodystreams').fromShared(this[$Blob].bytes);
    }

    text() {
      try {
        return resolvedWith(utf8Decode(this[$Blob].bytes));
      } catch (error) {
        return rejectedWith(error);
      }
    }

    arrayBuffer() {
      try {
        return resolvedWith(apply(slice, this[$Blob].bytes, []).buffer);
      } catch (error) {
        return rejectedWith(error);
      }
    }

    bytes() {
      try {
        return resolvedWith(apply(slice, this[$Blob].bytes, []));
      } catch (error) {
        return rejectedWith(error);
      }
    }
  }
  expose(Blob);

  function isBlob(value) {
    return isObject(value) && $Blob in value;
  }

  function bytesIn(blob) {
    return blob[$Blob].bytes;
  }

  function make(bytes, type) {
    return new Blob(TOKEN, [bytes, type]);
  }

  /** What is neither a buffer nor a blob is a string, converted in order. */
  function converted(parts) {
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (!isBlob(part) && !(isObject(part) && bytesOf(part) !== undefined)) parts[i] = usv(part);
    }
    return parts;
  }

  function clamped(value, size) {
    const at = integer(value, 64, true, 'clamp');
    return at < 0 ? max(size + at, 0) : min(at, size);
  }

  const $File = slots('File');

  class File extends Blob {
    [$File] = { name: undefined, lastModified: undefined };

    constructor(fileBits, fileName, options = undefined) {
      needed('File', arguments.length, 2);
      if (fileBits === TOKEN) {
        super(TOKEN, fileName.slice(0, 2));
        [, , this[$File].name, this[$File].lastModified] = fileName;
        return;
      }
      sequenceOnly(fileBits);
      super(fileBits, options);
      this[$File].name = usv(fileName);
      const lastModified = options?.lastModified;
      this[$File].lastModified = lastModified === undefined ? now() : integer(lastModified, 64, true);
    }
    get name() {
      return this[$File].name;
    }
    get lastModified() {
      return this[$File].lastModified;
    }
  }
  expose(File);

  function isFile(value) {
    return isObject(value) && $File in value;
  }

  function sequenceOnly(value) {
    if (!isObject(value) || typeof value[Symbol.iterator] !== 'function') throw new TypeError('File: the first argument is not iterable');
  }

  function makeFile(bytes, type, name, lastModified = now()) {
    return new File(TOKEN, [bytes, type, name, lastModified]);
  }

  core.cloners.push({
    is: isBlob,
    clone: (blob) => (isFile(blob) ? makeFile(bytesIn(blob), blob.type, blob.name, blob.lastModified) : make(bytesIn(blob), blob.type)),
  });

  return { Blob, File, isBlob, isFile, bytesIn, make, makeFile };
});
