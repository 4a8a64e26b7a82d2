/** Source maps: where in the files that were bundled something is. */
@org.jspecify.annotations.NullMarked
package dev.brink.exec.sourcemap;
