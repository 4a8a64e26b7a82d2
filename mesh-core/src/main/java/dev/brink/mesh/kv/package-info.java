/** Key-value namespaces for functions, and over the admin API. */
@NullMarked
package dev.brink.mesh.kv;

import org.jspecify.annotations.NullMarked;
