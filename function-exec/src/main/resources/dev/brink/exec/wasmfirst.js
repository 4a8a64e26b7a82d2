// The ways in which WebAssembly's interface says no, each once and with plenty of stack: what the engine links of its own
// to word an error stays unusable for all functions where that is first asked for with no stack left.

(function (bytesOf) {
  'use strict';
  const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  // The host's, as functions have them: once the engine has seen others here, it takes these for empty.
  const buffer = (...bytes) => new Uint8Array(bytesOf(bytes));
  const section = (id, ...bytes) => [id, bytes.length, ...bytes];
  const module = (...sections) => new WebAssembly.Module(buffer(...head, ...sections.flat()));
  const imports = (...what) => section(2, 1, 1, 0x65, 1, 0x66, ...what);

  const noParameters = section(1, 1, 0x60, 0, 0);
  const takesFunction = module(noParameters, imports(0, 0));
  const takesTable = module(imports(1, 0x70, 0, 1));
  const takesMemory = module(imports(2, 0, 1));
  const takesGlobal = module(imports(3, 0x7f, 0));
  const divides = module(
    section(1, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f),
    section(3, 1, 0),
    section(7, 1, 1, 0x64, 0, 0),
    section(10, 1, 7, 0, 0x20, 0, 0x20, 1, 0x6d, 0x0b),
  );
  const traps = module(noParameters, section(3, 1, 0), section(7, 1, 1, 0x64, 0, 0), section(10, 1, 3, 0, 0, 0x0b));

  const instance = (of, given) => new WebAssembly.Instance(of, given).exports;
  const table = () => new WebAssembly.Table({ element: 'anyfunc', initial: 1, maximum: 2 });

  for (const use of [
    () => WebAssembly.validate(buffer(1, 2, 3, 4, 5, 6, 7, 8, 9)),
    () => new WebAssembly.Module(buffer(1, 2, 3, 4, 5, 6, 7, 8, 9)),
    () => new WebAssembly.Module(buffer(...head.slice(0, 6))),
    () => new WebAssembly.Module(buffer(...head, 10, 200)),
    () => new WebAssembly.Module(1),
    () => instance(takesFunction),
    () => instance(takesFunction, {}),
    () => instance(takesFunction, { e: 1 }),
    ...[takesFunction, takesTable, takesMemory, takesGlobal].map((of) => () => instance(of, { e: { f: 'x' } })),
    () => instance(takesMemory, { e: { f: new WebAssembly.Memory({ initial: 0 }) } }),
    () => instance(takesGlobal, { e: { f: new WebAssembly.Global({ value: 'i64' }, 1n) } }),
    () => instance(takesGlobal, { e: { f: 1n } }),
    () => instance(takesFunction, { e: { f: () => { throw new TypeError(''); } } }),
    () => instance(divides).d(1, 0),
    () => instance(divides).d(-2147483648, -1),
    () => instance(traps).d(),
    () => new WebAssembly.Memory({}),
    () => new WebAssembly.Memory({ initial: 2, maximum: 1 }),
    () => new WebAssembly.Memory({ initial: 1, maximum: 1 }).grow(1),
    () => new WebAssembly.Table({ element: 'x', initial: 1 }),
    () => new WebAssembly.Table({ element: 'anyfunc', initial: 2, maximum: 1 }),
    () => table().get(3),
    () => table().set(3, null),
    () => table().set(0, () => 1),
    () => table().grow(9),
    () => { new WebAssembly.Global({ value: 'x' }, 1); },
    () => { new WebAssembly.Global({ value: 'i32' }, 1).value = 2; },
    () => { new WebAssembly.Global({ value: 'i64' }, 1); },
    () => WebAssembly.Module.customSections(takesMemory),
  ]) {
    try {
      use();
    } catch (error) {
      String(error);
    }
  }
});
