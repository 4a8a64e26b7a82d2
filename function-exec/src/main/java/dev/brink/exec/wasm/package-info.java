/** WebAssembly: which functions use it, and what of their modules has to be bounded. */
@org.jspecify.annotations.NullMarked
package dev.brink.exec.wasm;
