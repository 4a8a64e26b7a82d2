// Uses of WebAssembly, of `modules` by name, that come first where almost no stack is left, or where there is plenty.

const { arithmetic, endless, memory, importing } = modules;
const instance = (bytes, imports) => new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;

const uses = {
  validate: () => WebAssembly.validate(arithmetic),
  validateWrong: () => WebAssembly.validate(new Uint8Array(9)),
  compileError: () => new WebAssembly.Module(new Uint8Array(9)),
  cutOff: () => new WebAssembly.Module(arithmetic.subarray(0, 30)),
  module: () => WebAssembly.Module.exports(new WebAssembly.Module(arithmetic)),
  sections: () => WebAssembly.Module.customSections(new WebAssembly.Module(arithmetic), 'name'),
  instance: () => instance(arithmetic).add(1, 2),
  trap: () => instance(arithmetic).div(1, 0),
  overflow: () => instance(arithmetic).div(-2147483648, -1),
  dive: () => instance(endless).dive(),
  imports: () => instance(importing, { env: { log: () => 1 } }).run(),
  importThrows: () => instance(importing, { env: { log: () => { throw new TypeError('own'); } } }).run(),
  linkError: () => instance(importing, { env: { log: 1 } }),
  importMissing: () => instance(importing, {}),
  ownMemory: () => new WebAssembly.Memory({ initial: 1, maximum: 2 }).grow(1),
  memoryError: () => new WebAssembly.Memory({ initial: 2, maximum: 1 }),
  memory: () => { const { grow, memory: m } = instance(memory); grow(1); return new Uint8Array(m.buffer).fill(7)[9]; },
  table: () => { const t = new WebAssembly.Table({ element: 'anyfunc', initial: 1 }); t.set(0, instance(arithmetic).add); return t.get(0)(1, 2) + t.grow(1); },
  tableError: () => new WebAssembly.Table({ element: 'anyfunc', initial: 1 }).get(3),
  global: () => { const g = new WebAssembly.Global({ value: 'i64', mutable: true }, 1n); g.value = 2n; return g.value; },
  globalError: () => { new WebAssembly.Global({ value: 'i32' }, 1).value = 2; },
  compile: () => WebAssembly.compile(arithmetic),
  instantiate: () => WebAssembly.instantiate(arithmetic),
  streaming: () => WebAssembly.instantiateStreaming(new Response(arithmetic, { headers: { 'content-type': 'application/wasm' } })),
  tag: () => { const t = new WebAssembly.Tag({ parameters: ['i32'] }); return new WebAssembly.Exception(t, [1]).getArg(t, 0); },
  clone: () => structuredClone(new WebAssembly.Module(arithmetic)),
};
