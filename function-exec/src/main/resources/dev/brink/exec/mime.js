// MIME types: parsing and serializing, sections 4.4 and 4.5 of the MIME Sniffing Standard.
(function () {
  'use strict';
  const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

  const isSpace = (char) => char === ' ' || char === '\t' || char === '\n' || char === '\r';

  /** { essence, parameters }, the parameters a map; null for what is no type. */
  function parsed(text) {
    const slash = text.indexOf('/');
    let at = until(text, ';', slash + 1);
    const type = text.slice(afterSpace(text, 0), slash);
    const subtype = withoutSpaceAtEnd(text.slice(slash + 1, at));
    if (slash < 0 || !TOKEN.test(type) || !TOKEN.test(subtype)) return null;
    const parameters = new Map();
    while (at < text.length) {
      const start = afterSpace(text, at + 1);
      at = start;
      while (at < text.length && text[at] !== ';' && text[at] !== '=') at++;
      if (text[at] !== '=') continue;
      const name = text.slice(start, at);
      const [value, end] = text[at + 1] === '"' ? quoted(text, at + 2) : unquoted(text, at + 1);
      at = end;
      if (!TOKEN.test(name) || value === null || !VALUE.test(value)) continue;
      const known = name.toLowerCase();
      if (!parameters.has(known)) parameters.set(known, value);
    }
    return { essence: `${type}/${subtype}`.toLowerCase(), parameters };
  }

  /** The type in its serialized form; empty for what is none. */
  function serialized(text) {
    const read = parsed(text);
    if (read === null) return '';
    let out = read.essence;
    for (const [name, value] of read.parameters) {
      out += `;${name}=${TOKEN.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`;
    }
    return out;
  }

  /** A value that begins there, after its quote, and where the parameter ends: what follows its other quote is left out. */
  function quoted(text, start) {
    let value = '';
    let at = start;
    for (; at < text.length && text[at] !== '"'; at++) {
      if (text[at] === '\\' && at + 1 < text.length) at++;
      value += text[at];
    }
    return [value, until(text, ';', at)];
  }

  /** The same without quotes; null for an empty one. */
  function unquoted(text, start) {
    const end = until(text, ';', start);
    const value = withoutSpaceAtEnd(text.slice(start, end));
    return [value === '' ? null : value, end];
  }

  /** Where the character is from there on, or the text ends. */
  function until(text, char, start) {
    const at = text.indexOf(char, start);
    return at < 0 ? text.length : at;
  }

  function afterSpace(text, start) {
    let at = start;
    while (at < text.length && isSpace(text[at])) at++;
    return at;
  }

  function withoutSpaceAtEnd(text) {
    let end = text.length;
    while (end > 0 && isSpace(text[end - 1])) end--;
    return text.slice(0, end);
  }

  return { parsed, serialized };
});
