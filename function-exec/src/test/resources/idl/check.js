// Compares the web API's interfaces with what the standards' IDL says of them: `table` has a line for each interface with
// what it inherits from and its constructor's arguments, and below it one for each member. Returns what differs.
const found = [];
const say = (text) => found.push(text);
const brand = (where, act) => {
  let result;
  try { result = act(); } catch (error) {
    if (!(error instanceof TypeError)) say(`${where}: for a stranger ${error}`);
    return;
  }
  if (result instanceof Promise) result.catch(() => {});
  else say(`${where}: says nothing to a stranger`);
};
const attributes = (where, property, expected) => {
  const has = ['writable', 'enumerable', 'configurable'].filter((name) => property[name] === true).join(' ');
  if (has !== expected) say(`${where}: ${has || 'constant'} (expected: ${expected || 'constant'})`);
};
const operation = (where, holder, name, length) => {
  const property = Object.getOwnPropertyDescriptor(holder, name);
  if (property === undefined) return say(`${where}: missing`);
  attributes(where, property, 'writable enumerable configurable');
  const { value } = property;
  if (typeof value !== 'function') return say(`${where}: no method`);
  if (value.name !== name) say(`${where}: its name is ${value.name}`);
  if (value.length !== length) say(`${where}: length ${value.length} (expected: ${length})`);
  if ('prototype' in value) say(`${where}: a constructor`);
  return value;
};
const attribute = (where, holder, name, writable) => {
  const property = Object.getOwnPropertyDescriptor(holder, name);
  if (property === undefined) return say(`${where}: missing`);
  if (property.get === undefined) return say(`${where}: no accessor`);
  attributes(where, property, 'enumerable configurable');
  if (property.get.name !== `get ${name}`) say(`${where}: its getter’s name is ${property.get.name}`);
  if ((property.set !== undefined) !== writable) say(`${where}: ${writable ? 'read-only' : 'writable'}`);
  return property;
};
let Type, name, known;
const finish = () => {
  if (Type === undefined) return;
  for (const key of Object.getOwnPropertyNames(Type.prototype)) if (!known.has(key)) say(`${name}.prototype.${key}: beyond the standard`);
  for (const key of Object.getOwnPropertyNames(Type)) if (!known.has(`static ${key}`)) say(`${name}.${key}: beyond the standard`);
};
for (const line of table.split('\n')) {
  if (line === '') continue;
  if (!line.startsWith(' ')) {
    finish();
    const [itself, parent, length] = line.split(' ');
    name = itself;
    known = new Set(['constructor', 'static length', 'static name', 'static prototype']);
    Type = globalThis[name];
    if (typeof Type !== 'function') { say(`${name}: missing`); Type = undefined; continue; }
    attributes(name, Object.getOwnPropertyDescriptor(globalThis, name), 'writable configurable');
    attributes(`${name}.prototype`, Object.getOwnPropertyDescriptor(Type, 'prototype'), '');
    if (Type.name !== name) say(`${name}: its name is ${Type.name}`);
    if (Type.length !== (length === '-' ? 0 : +length)) say(`${name}: length ${Type.length} (expected: ${length})`);
    if (Type.prototype.constructor !== Type) say(`${name}.prototype.constructor: another`);
    const tag = Object.getOwnPropertyDescriptor(Type.prototype, Symbol.toStringTag);
    if (tag?.value !== name) say(`${name}: its tag is ${tag?.value}`);
    else attributes(`${name}: its tag`, tag, 'configurable');
    const above = parent === '-' ? Object.prototype : globalThis[parent].prototype;
    if (Object.getPrototypeOf(Type.prototype) !== above && name !== 'DOMException') say(`${name}: inherits from something else`);
    if (name === 'DOMException' && Object.getPrototypeOf(Type.prototype) !== Error.prototype) say(`${name}: no Error`);
    try { Type(); say(`${name}: may be called`); } catch {}
    if (length === '-') try { new Type(); say(`${name}: may be made`); } catch {}
    if (+length > 0) try { new Type(); say(`${name}: may be made of nothing`); } catch {}
    continue;
  }
  if (Type === undefined) continue;
  const [kind, member, detail] = line.trim().split(' ');
  const where = `${name}.${member}`;
  if (kind === 'method') {
    known.add(member);
    const value = operation(where, Type.prototype, member, +detail);
    if (value) brand(where, () => Reflect.apply(value, {}, [{}, {}, {}, {}, {}, {}, {}]));
  } else if (kind === 'attribute') {
    known.add(member);
    const property = attribute(where, Type.prototype, member, detail === 'rw');
    if (property) brand(where, () => Reflect.apply(property.get, {}, []));
    if (property?.set) brand(`${where} =`, () => Reflect.apply(property.set, {}, [null]));
  } else if (kind === 'static') {
    known.add(`static ${member}`);
    operation(where, Type, member, +detail);
  } else if (kind === 'static-attribute') {
    known.add(`static ${member}`);
    attribute(where, Type, member, detail === 'rw');
  } else if (kind === 'const') {
    known.add(member);
    known.add(`static ${member}`);
    for (const holder of [Type, Type.prototype]) {
      const property = Object.getOwnPropertyDescriptor(holder, member);
      if (property?.value !== +detail) say(`${where}: ${property?.value} (expected: ${detail})`);
      else attributes(where, property, 'enumerable');
    }
  } else if (kind === 'iterable') {
    const key = member === 'async' ? Symbol.asyncIterator : Symbol.iterator;
    const again = Type.prototype[member === 'async' ? 'values' : 'entries'];
    if (Type.prototype[key] !== again) say(`${name}: its iterator is another`);
    else attributes(`${name}: its iterator`, Object.getOwnPropertyDescriptor(Type.prototype, key), 'writable configurable');
    const all = member === 'async' ? { values: 0 } : { entries: 0, forEach: 1, keys: 0, values: 0 };
    for (const method in all) {
      known.add(method);
      operation(`${name}.${method}`, Type.prototype, method, all[method]);
    }
  }
}
finish();
return found.join('\n');
