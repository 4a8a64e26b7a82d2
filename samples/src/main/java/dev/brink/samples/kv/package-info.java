/** Using key-value namespaces from Java. */
@NullMarked
package dev.brink.samples.kv;

import org.jspecify.annotations.NullMarked;
