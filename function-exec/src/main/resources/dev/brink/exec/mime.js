// MIME types: parsing and serializing, sections 4.4 and 4.5 of the MIME Sniffing Standard.
(function () {
  'use strict';
  const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

  /** { essence, parameters }, the parameters a map; null for what is no type. */
  function parsed(text) {
    const [essence, ...rest] = splitParameters(text);
    const slash = essence.indexOf('/');
    const type = essence.slice(0, slash).trim();
    const subtype = essence.slice(slash + 1).trim();
    if (slash < 0 || !TOKEN.test(type) || !TOKEN.test(subtype)) return null;
    const parameters = new Map();
    for (const parameter of rest) {
      const equals = parameter.indexOf('=');
      if (equals < 0) continue;
      const name = parameter.slice(0, equals).trim().toLowerCase();
      const value = valueOf(parameter.slice(equals + 1));
      if (TOKEN.test(name) && value !== null && VALUE.test(value) && !parameters.has(name)) parameters.set(name, value);
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

  /** A parameter's value, unquoted; null for an empty one without quotes. */
  function valueOf(text) {
    if (!text.startsWith('"')) return text.trim() === '' ? null : text.trim();
    let value = '';
    for (let i = 1; i < text.length; i++) {
      if (text[i] === '"') break;
      if (text[i] === '\\' && i + 1 < text.length) i++;
      value += text[i];
    }
    return value;
  }

  /** Splits at semicolons outside of quotes. */
  function splitParameters(text) {
    const parts = [];
    let start = 0;
    let quoted = false;
    for (let i = 0; i < text.length; i++) {
      if (quoted && text[i] === '\\') i++;
      else if (text[i] === '"') quoted = !quoted;
      else if (text[i] === ';' && !quoted) {
        parts.push(text.slice(start, i));
        start = i + 1;
      }
    }
    parts.push(text.slice(start));
    return parts;
  }

  return { parsed, serialized };
});
